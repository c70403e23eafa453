//! `cedar-policy`, on the same policies in its own language.
//!
//! What IAM compares as text is given to Cedar as it likes it best: wildcards of actions are groups of actions, folders
//! are parents of objects, times are numbers, and what a policy of IAM has a variable for is an attribute of its own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Display;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression,
};

use crate::asked::{Asked, Resource};
use crate::callers::{CALLERS, names, text};

/// The policies of every caller, read, and the groups of actions that they name.
pub(crate) struct Evaluator {
    authorizer: Authorizer,
    sets: Vec<PolicySet>,
    groups: BTreeSet<String>,
}

/// A request, and the entities that it is about.
pub(crate) struct Prepared {
    caller: usize,
    request: Request,
    entities: Entities,
}

type Attributes = HashMap<String, RestrictedExpression>;

impl Evaluator {
    pub(crate) fn read() -> Evaluator {
        let set = |texts: Vec<String>| texts.join("\n").parse::<PolicySet>().unwrap();
        let of_caller = |caller: &crate::callers::Caller| {
            set(caller.policies().map(|name| text(name, "cedar")).collect())
        };
        let actions = |text: String| -> Vec<String> {
            let named = text.split("Action::\"").skip(1);
            named.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        Evaluator {
            authorizer: Authorizer::new(),
            sets: CALLERS.iter().map(of_caller).collect(),
            groups: names().into_iter().flat_map(|name| actions(text(name, "cedar"))).collect(),
        }
    }

    /// Decides a request by the policies of its caller.
    pub(crate) fn allows(&self, prepared: &Prepared) -> bool {
        let Prepared { caller, request, entities } = prepared;
        self.authorizer.is_authorized(request, &self.sets[*caller], entities).decision() == Decision::Allow
    }

    /// Makes what Cedar is asked of each request, and sees that no policy ends in an error.
    pub(crate) fn prepare(&self, requests: &[Asked]) -> Vec<Prepared> {
        let prepared: Vec<_> = requests.iter().map(|asked| self.prepared(asked)).collect();
        for Prepared { caller, request, entities } in &prepared {
            let response = self.authorizer.is_authorized(request, &self.sets[*caller], entities);
            let wrong: Vec<_> = response.diagnostics().errors().map(ToString::to_string).collect();
            assert!(wrong.is_empty(), "{wrong:?}");
        }
        prepared
    }

    fn prepared(&self, asked: &Asked) -> Prepared {
        let (caller, action, resource) =
            (caller(asked), self.action(asked.action), resource(&asked.resource));
        let [principal, act, about] = [&caller, &action, &resource].map(Entity::uid);
        let request = Request::new(principal, act, about, context(asked), None).unwrap();
        let entities = Entities::from_entities([caller, action, resource], None).unwrap();
        Prepared { caller: asked.caller, request, entities }
    }

    /// An action, in every group whose wildcard it is of.
    fn action(&self, name: &str) -> Entity {
        let is_of = |group: &&String| group.strip_suffix('*').is_some_and(|head| name.starts_with(head));
        let groups = self.groups.iter().filter(is_of).map(|group| uid("Action", group));
        Entity::new_no_attrs(uid("Action", name), groups.collect())
    }
}

fn uid(sort: &str, id: impl Display) -> EntityUid {
    format!("{sort}::\"{id}\"").parse().unwrap()
}

/// Attributes of texts; those that have no value are left out.
fn attributes<const N: usize>(listed: [(&str, Option<&str>); N]) -> Attributes {
    let known = listed.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, value)| (name.to_owned(), RestrictedExpression::new_string(value.to_owned()))).collect()
}

fn caller(asked: &Asked) -> Entity {
    let attributes = attributes([
        ("sub", asked.sub.as_deref()),
        ("username", asked.username),
        ("department", asked.department),
        ("job", asked.job),
        ("project", asked.project),
    ]);
    Entity::new(uid("Caller", CALLERS[asked.caller].name), attributes, HashSet::new()).unwrap()
}

/// The first two folders of a key or prefix, as far as it has so many.
fn folders(key: &str) -> [Option<&str>; 2] {
    let mut folders = key.rsplit_once('/').map(|(folders, _)| folders).unwrap_or_default().split('/');
    let mut next = || folders.next().filter(|folder| !folder.is_empty());
    [next(), next()]
}

fn resource(resource: &Resource) -> Entity {
    let (id, attributes, parents) = match resource {
        Resource::All => (uid("Everything", "*"), Attributes::new(), HashSet::new()),
        Resource::Bucket(bucket) => (uid("Bucket", bucket), Attributes::new(), HashSet::new()),
        Resource::Object { bucket, key } => {
            let [folder, owner] = folders(key);
            let parents = folder.map(|folder| uid("Folder", format!("{bucket}/{folder}")));
            (
                uid("Object", format!("{bucket}/{key}")),
                attributes([("folder", folder), ("owner", owner)]),
                parents.into_iter().chain([uid("Bucket", bucket)]).collect(),
            )
        }
        Resource::Pool { id, project } => {
            (uid("Pool", id), attributes([("project", *project)]), HashSet::new())
        }
        Resource::UserPool { id } => (uid("UserPool", id), Attributes::new(), HashSet::new()),
        Resource::Role { name } => {
            let path = folders(name)[0].map(|path| uid("Path", path));
            (uid("Role", name), attributes([("name", Some(name.as_str()))]), path.into_iter().collect())
        }
    };
    Entity::new(id, attributes, parents).unwrap()
}

fn context(asked: &Asked) -> Context {
    let [folder, owner] = asked.prefix.as_deref().map_or([None, None], folders);
    let mut known = attributes([
        ("prefix", asked.prefix.as_deref()),
        ("prefix_folder", folder),
        ("prefix_owner", owner),
        ("encryption", asked.encryption),
        ("boundary", asked.boundary),
        ("passed_to", asked.passed_to),
        ("service", asked.service),
    ]);
    let mut add = |name: &str, value| known.insert(name.to_owned(), value);
    add("secure", RestrictedExpression::new_bool(asked.secure));
    add("address", RestrictedExpression::new_ip(asked.address));
    add("now", RestrictedExpression::new_long(asked.now.1));
    if let Some(keys) = asked.max_keys {
        add("max_keys", RestrictedExpression::new_long(keys.into()));
    }
    if let Some((_, issued)) = asked.issued {
        add("issued", RestrictedExpression::new_long(issued));
    }
    if let Some(shown) = asked.second_factor {
        add("second_factor", RestrictedExpression::new_bool(shown));
    }
    Context::from_pairs(known).unwrap()
}
