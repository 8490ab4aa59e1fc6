//! Who is near to whom.

use ml_embed::Embedded;

/// The cosine of the angle between two vectors of length 1: 1 for the same direction, 0 for a right angle.
pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The `top` sentences nearest to a query, nearest first.
fn nearest<'a>(query: &Embedded, sentences: &'a [Embedded], top: usize) -> Vec<(f32, &'a str)> {
    let score =
        |sentence: &'a Embedded| (cosine(&query.embedding, &sentence.embedding), sentence.text.as_str());
    let mut scores: Vec<_> = sentences.iter().map(score).collect();
    scores.sort_by(|a, b| b.0.total_cmp(&a.0));
    scores.truncate(top);
    scores
}

/// Prints a query and the sentences nearest to it.
pub(crate) fn print(query: &Embedded, sentences: &[Embedded], top: usize) {
    println!("{}", query.text);
    for (score, text) in nearest(query, sentences, top) {
        println!("  {score:.4}  {text}");
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use ml_embed::Embedded;

    #[test]
    fn the_nearest_come_first() {
        let sentence = |text: &str, x, y| Embedded { text: text.to_owned(), embedding: vec![x, y] };
        let sentences =
            [sentence("across", 0.0, 1.0), sentence("back", -1.0, 0.0), sentence("same", 1.0, 0.0)];
        let query = sentence("query", 1.0, 0.0);
        assert_eq!(nearest(&query, &sentences, 2), [(1.0, "same"), (0.0, "across")]);
        assert_eq!(nearest(&query, &sentences, 9).len(), 3);
    }
}
