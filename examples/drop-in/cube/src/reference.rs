//! The same on the processor, another way: one place at a time, as often as it has to.

/// The identity of the sandpile group of `places` places in rows of `columns`.
pub(crate) fn identity(columns: usize, places: usize) -> Vec<u32> {
    let rest = settle(vec![6; places], columns);
    settle(rest.into_iter().map(|grains| 6 - grains).collect(), columns)
}

fn settle(mut pile: Vec<u32>, columns: usize) -> Vec<u32> {
    let mut full: Vec<usize> = (0..pile.len()).collect();
    while let Some(at) = full.pop() {
        let Some(place) = pile.get_mut(at) else { continue };
        let sent = *place / 4;
        if sent == 0 {
            continue;
        }
        *place %= 4;
        let column = at % columns;
        let neighbours = [
            at.checked_sub(1).filter(|_| column > 0),
            Some(at + 1).filter(|_| column + 1 < columns),
            at.checked_sub(columns),
            Some(at + columns),
        ];
        for next in neighbours.into_iter().flatten() {
            // Beyond the last row there is none.
            if let Some(place) = pile.get_mut(next) {
                *place += sent;
                if *place > 3 {
                    full.push(next);
                }
            }
        }
    }
    pile
}

#[cfg(test)]
mod tests {
    use super::identity;

    #[test]
    fn small_groups_have_the_identities_of_the_textbook() {
        assert_eq!(identity(2, 4), [2; 4]);
        assert_eq!(identity(3, 9), [2, 1, 2, 1, 0, 1, 2, 1, 2]);
    }
}
