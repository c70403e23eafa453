//! What a SAML provider says of itself. Only what is needed to keep it is read; nobody logs in by it yet.
//!
//! A document type, an instruction, and a reference to anything but a character are refused, so there is nothing to expand
//! and nothing to fetch. Source: Metadata for the OASIS Security Assertion Markup Language (SAML) V2.0.

use data_encoding::BASE64;
use domain::time::Timestamp;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// How deep elements may stand in each other.
const DEEPEST: usize = 32;

/// The longest name of a provider. Source: SAML metadata, section 2.2.1.
const LONGEST_ENTITY: usize = 1024;

/// What is known of a provider by its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// What it calls itself, its `entityID`.
    pub entity: String,
    /// Until when the metadata is good, if it says so.
    pub valid_until: Option<Timestamp>,
}

/// Why a text is no provider's metadata.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMetadata {
    /// It is not well-formed.
    #[error("the metadata is not well-formed: {0}")]
    NotWellFormed(String),
    /// It has a part that is never read, such as a document type.
    #[error("the metadata has {0}")]
    Unread(&'static str),
    /// It is about something else than one entity.
    #[error("the metadata is not about one entity")]
    NotOneEntity,
    /// The entity has no name, or a moment that is none.
    #[error("the `{0}` of the entity cannot be read")]
    Attribute(&'static str),
    /// It says no key that a provider signs with.
    #[error("the metadata has no certificate that a provider signs with")]
    NoCertificate,
    /// A certificate is not base64.
    #[error("a certificate in the metadata is not base64")]
    Certificate,
}

/// An element, as far as it matters which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Entity,
    Provider,
    /// A key that the provider signs with.
    Key,
    KeyInfo,
    Data,
    Certificate,
    Other,
}

/// Where the certificate of a key that a provider signs with stands.
const CERTIFICATE: [Element; 6] =
    [Element::Entity, Element::Provider, Element::Key, Element::KeyInfo, Element::Data, Element::Certificate];

/// Reads metadata.
pub fn read(text: &str) -> Result<Metadata, NotMetadata> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut reading = Reading::default();
    loop {
        let event = reader.read_event().map_err(|error| not_well_formed(&error))?;
        match event {
            Event::Start(start) => {
                let (bound, local) = reader.resolver().resolve_element(start.name());
                let element = element_of(&bound, local.as_ref(), &start)?;
                reading.open(element, &start)?;
            }
            Event::Empty(_) => return Err(NotMetadata::Unread("an element that is not expanded")),
            Event::End(_) => reading.close()?,
            Event::Text(text) => reading.text(&text.xml10_content())?,
            Event::CData(text) => reading.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => reading.text(reference_of(&reference)?)?,
            Event::Comment(_) => {}
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().map_err(|error| not_well_formed(&error))?;
                if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8")) {
                    return Err(NotMetadata::Unread("an encoding other than UTF-8"));
                }
            }
            Event::DocType(_) => return Err(NotMetadata::Unread("a document type")),
            Event::PI(_) => return Err(NotMetadata::Unread("a processing instruction")),
            Event::Eof => return reading.end(),
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    open: Vec<Element>,
    metadata: Option<Metadata>,
    certificate: String,
    has_certificate: bool,
}

impl Reading {
    fn open(&mut self, element: Element, start: &BytesStart<'_>) -> Result<(), NotMetadata> {
        if self.open.len() == DEEPEST {
            return Err(NotMetadata::Unread("elements that stand too deep in each other"));
        }
        if self.open.is_empty() {
            if element != Element::Entity || self.metadata.is_some() {
                return Err(NotMetadata::NotOneEntity);
            }
            self.metadata = Some(entity_of(start)?);
        }
        self.open.push(element);
        self.certificate.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), NotMetadata> {
        if self.open == CERTIFICATE {
            let text: String = self.certificate.split_ascii_whitespace().collect();
            let bytes = BASE64.decode(text.as_bytes()).map_err(|_| NotMetadata::Certificate)?;
            if bytes.is_empty() {
                return Err(NotMetadata::Certificate);
            }
            self.has_certificate = true;
        }
        self.open.pop();
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), NotMetadata> {
        if self.open.is_empty() && !text.trim().is_empty() {
            return Err(NotMetadata::NotWellFormed("there is text outside of the document".to_owned()));
        }
        if self.open == CERTIFICATE {
            self.certificate.push_str(text);
        }
        Ok(())
    }

    fn end(self) -> Result<Metadata, NotMetadata> {
        if !self.open.is_empty() {
            return Err(NotMetadata::NotWellFormed("an element is not closed".to_owned()));
        }
        let metadata = self.metadata.ok_or(NotMetadata::NotOneEntity)?;
        if self.has_certificate { Ok(metadata) } else { Err(NotMetadata::NoCertificate) }
    }
}

fn element_of(
    bound: &ResolveResult<'_>,
    local: &str,
    start: &BytesStart<'_>,
) -> Result<Element, NotMetadata> {
    // All are looked at, so that one that is there twice is found wherever it stands.
    let mut use_of_key = None;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| not_well_formed(&error))?;
        if attribute.key.as_ref() == "use" {
            use_of_key = Some(value_of(&attribute)?);
        }
    }
    let namespace = match bound {
        ResolveResult::Bound(Namespace(namespace)) => *namespace,
        ResolveResult::Unbound => "",
        ResolveResult::Unknown(_) => {
            return Err(NotMetadata::NotWellFormed("a prefix of a name is not declared".to_owned()));
        }
    };
    let signs = use_of_key.is_none_or(|use_of_key| use_of_key == "signing");
    Ok(match (namespace, local) {
        (METADATA, "EntityDescriptor") => Element::Entity,
        (METADATA, "IDPSSODescriptor") => Element::Provider,
        (METADATA, "KeyDescriptor") if signs => Element::Key,
        (SIGNATURE, "KeyInfo") => Element::KeyInfo,
        (SIGNATURE, "X509Data") => Element::Data,
        (SIGNATURE, "X509Certificate") => Element::Certificate,
        _ => Element::Other,
    })
}

fn entity_of(start: &BytesStart<'_>) -> Result<Metadata, NotMetadata> {
    let (mut entity, mut valid_until) = (None, None);
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| not_well_formed(&error))?;
        match attribute.key.as_ref() {
            "entityID" => entity = Some(value_of(&attribute)?),
            "validUntil" => {
                let moment = moment(value_of(&attribute)?.trim());
                valid_until = Some(moment.ok_or(NotMetadata::Attribute("validUntil"))?);
            }
            _ => {}
        }
    }
    let is_name = |entity: &String| (1..=LONGEST_ENTITY).contains(&entity.len());
    let entity = entity.filter(is_name).ok_or(NotMetadata::Attribute("entityID"))?;
    Ok(Metadata { entity, valid_until })
}

/// A moment of XML Schema; one without a time zone is taken for UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let read = |text: &str| Timestamp::parse(text).ok();
    text.contains('T').then(|| read(text).or_else(|| read(&format!("{text}Z")))).flatten()
}

fn value_of(attribute: &Attribute<'_>) -> Result<String, NotMetadata> {
    let value = attribute.normalized_value(XmlVersion::Implicit1_0);
    Ok(value.map_err(|error| not_well_formed(&error))?.into_owned())
}

/// What stands for a reference: none of those that are read is a character of base64, and of all other texts it is only
/// known that they are there.
fn reference_of(reference: &BytesRef<'_>) -> Result<&'static str, NotMetadata> {
    let is_character = reference.resolve_char_ref().map_err(|error| not_well_formed(&error))?.is_some();
    let is_one_of_five = ["lt", "gt", "amp", "apos", "quot"].contains(&&**reference);
    if is_character || is_one_of_five {
        Ok("&")
    } else {
        Err(NotMetadata::Unread("a reference to an entity"))
    }
}

fn not_well_formed(error: &dyn std::fmt::Display) -> NotMetadata {
    NotMetadata::NotWellFormed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n TUlJQw==\n\
                       </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>";

    fn metadata(attributes: &str, within: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by hand -->\
             <md:EntityDescriptor xmlns:md=\"{METADATA}\" xmlns:ds=\"{SIGNATURE}\" {attributes}>\
             <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{within}\
             <md:SingleSignOnService Binding=\"b\" Location=\"https://idp.example/?a=1&amp;b=2\"/>\
             </md:IDPSSODescriptor></md:EntityDescriptor>\n"
        )
    }

    const ENTITY: &str = "entityID=\"https://idp.example/saml?x=1&amp;y=&#50;\"";

    #[test]
    fn the_name_and_the_end_of_a_provider_are_read() {
        let found = read(&metadata(ENTITY, KEY)).unwrap();
        assert_eq!((found.entity.as_str(), found.valid_until), ("https://idp.example/saml?x=1&y=2", None));
        for (text, secs) in [
            ("2030-01-02T03:04:05Z", 1_893_553_445),
            ("2030-01-02T03:04:05.678+01:00", 1_893_549_845),
            ("2030-01-02T03:04:05", 1_893_553_445),
        ] {
            let found = read(&metadata(&format!("{ENTITY} validUntil=\"{text}\""), KEY)).unwrap();
            assert_eq!(found.valid_until.unwrap().secs(), secs, "{text}");
        }
    }

    #[test]
    fn a_key_without_a_use_signs_too_and_one_that_encrypts_does_not() {
        assert!(read(&metadata(ENTITY, &KEY.replace(" use=\"signing\"", ""))).is_ok());
        let encrypting = metadata(ENTITY, &KEY.replace("signing", "encryption"));
        assert_eq!(read(&encrypting), Err(NotMetadata::NoCertificate));
        assert!(read(&metadata(ENTITY, &format!("{}{KEY}", KEY.replace("signing", "encryption")))).is_ok());
    }

    #[test]
    fn the_default_namespace_is_as_good_as_a_prefix_and_another_one_is_not() {
        let text = metadata(ENTITY, KEY).replace("md:", "").replace("xmlns:md", "xmlns");
        let text = text
            .replace("<EntityDescriptor", "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\"");
        let text = text.replacen(" xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" xmlns=", " xmlns=", 1);
        assert!(read(&text).is_ok(), "{text}");
        assert_eq!(
            read(&text.replace("SAML:2.0:metadata", "SAML:1.0:metadata")),
            Err(NotMetadata::NotOneEntity)
        );
    }

    #[test]
    fn what_could_be_expanded_or_read_in_two_ways_is_refused() {
        let good = metadata(ENTITY, KEY);
        let entity = "<!DOCTYPE md:EntityDescriptor [<!ENTITY a \"b\">]>";
        for (text, refused) in [
            (good.replace("<!-- made by hand -->", entity), NotMetadata::Unread("a document type")),
            (
                good.replace("<!-- made by hand -->", "<?xml-stylesheet href=\"x\"?>"),
                NotMetadata::Unread("a processing instruction"),
            ),
            (good.replace(" TUlJQw", "&file;"), NotMetadata::Unread("a reference to an entity")),
            (good.replace(" TUlJQw", "&#84;UlJQw"), NotMetadata::Certificate),
            (good.replace("UTF-8", "UTF-16"), NotMetadata::Unread("an encoding other than UTF-8")),
            (good.replace("TUlJQw==", "not base64"), NotMetadata::Certificate),
            (good.replace("TUlJQw==", ""), NotMetadata::Certificate),
            (
                format!("{good}{}", good.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "")),
                NotMetadata::NotOneEntity,
            ),
            (metadata("", KEY), NotMetadata::Attribute("entityID")),
            (metadata("entityID=\"\"", KEY), NotMetadata::Attribute("entityID")),
            (
                metadata(&format!("entityID=\"{}\"", "x".repeat(1025)), KEY),
                NotMetadata::Attribute("entityID"),
            ),
            (metadata(&format!("{ENTITY} validUntil=\"soon\""), KEY), NotMetadata::Attribute("validUntil")),
            (metadata(ENTITY, ""), NotMetadata::NoCertificate),
        ] {
            assert_eq!(read(&text), Err(refused), "{text}");
        }
        let deep = "<a>".repeat(200);
        for text in [
            String::new(),
            "{}".to_owned(),
            "<a/>".to_owned(),
            good.replace("</md:EntityDescriptor>", ""),
            good.replace("</md:IDPSSODescriptor>", "</md:Other>"),
            good.replace("entityID", "entityID=\"a\" entityID"),
            good.replace("use=\"signing\"", "use=\"signing\" use=\"encryption\""),
            good.replace("ds:", "undeclared:").replace("xmlns:undeclared", "xmlns:ds"),
            format!("{good}text"),
            metadata(ENTITY, &format!("{KEY}{deep}")),
        ] {
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
