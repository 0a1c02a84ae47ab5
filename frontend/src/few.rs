//! A map of a few entries.

/// A map of so few entries that each is looked at: for links, of which there are eight, and messages under
/// way. One of the standard library's costs the page kilobytes for each type.
#[derive(Clone, Debug, PartialEq)]
pub struct Few<K, V>(Vec<(K, V)>);

impl<K: PartialEq, V> Few<K, V> {
    /// Returns the value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().find(|(its, _)| its == key).map(|(_, value)| value)
    }

    /// Returns the value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.iter_mut().find(|(its, _)| its == key).map(|(_, value)| value)
    }

    /// Sets the value of a key, and returns the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.get_mut(&key) {
            Some(old) => Some(std::mem::replace(old, value)),
            None => {
                self.0.push((key, value));
                None
            }
        }
    }

    /// Takes a key out, and returns its value.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.0.iter().position(|(its, _)| its == key)?;
        Some(self.0.remove(place).1)
    }

    /// Keeps those entries whose keys are liked.
    pub fn retain(&mut self, likes: impl Fn(&K) -> bool) {
        self.0.retain(|(key, _)| likes(key));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> IntoIterator for Few<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    /// Returns the entries in the order in which their keys came.
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_value_that_was_set_last() {
        let mut few = Few::default();
        assert_eq!(
            (few.insert("a", 1), few.insert("b", 2), few.insert("a", 3)),
            (None, None, Some(1))
        );
        *few.get_mut(&"b").expect("it is there") += 10;
        assert_eq!((few.get(&"a"), few.get(&"b"), few.get(&"c")), (Some(&3), Some(&12), None));
        assert_eq!((few.remove(&"a"), few.remove(&"a")), (Some(3), None));
        few.insert("d", 4);
        few.retain(|key| *key != "b");
        assert_eq!(few.clone().into_iter().collect::<Vec<_>>(), [("d", 4)]);
        few.clear();
        assert_eq!(few, Few::default());
    }
}
