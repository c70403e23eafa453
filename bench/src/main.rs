//! Load benchmarks.
fn main() {}
