//! What models cost, as the operator says.

use std::collections::BTreeMap;

use aihio_actors::model::Tokens;

/// The name that stands for all models without a price of their own.
const ANY_MODEL: &str = "*";

/// The prices of one provider, by model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices(BTreeMap<String, Price>);

/// The price of one model in money for a million tokens; which money is the operator's choice. In millionths of that
/// money it is the price of one token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// For those that the model reads.
    pub prompt: f64,
    /// For those that it writes.
    pub completion: f64,
}

impl Prices {
    /// What an answer cost, in millionths of the money that prices are given in; none where no price is known. `models`
    /// are the names that the model goes by, the one that was asked for first.
    pub(super) fn cost_micros<'a>(
        &self,
        models: impl IntoIterator<Item = &'a str>,
        tokens: Tokens,
    ) -> Option<u64> {
        let price = models.into_iter().chain([ANY_MODEL]).find_map(|model| self.0.get(model))?;
        let cost = as_f64(tokens.prompt).mul_add(price.prompt, as_f64(tokens.completion) * price.completion);
        Some(rounded(cost))
    }
}

impl FromIterator<(String, Price)> for Prices {
    fn from_iter<I: IntoIterator<Item = (String, Price)>>(prices: I) -> Self {
        Self(prices.into_iter().collect())
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "no answer has 2^53 tokens")]
const fn as_f64(tokens: u64) -> f64 {
    tokens as f64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "prices are not negative, and a cast from a float saturates"
)]
const fn rounded(cost: f64) -> u64 {
    cost.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices<const N: usize>(list: [(&str, f64, f64); N]) -> Prices {
        list.into_iter()
            .map(|(model, prompt, completion)| (model.to_owned(), Price { prompt, completion }))
            .collect()
    }

    #[test]
    fn a_cost_is_read_and_written_tokens_at_their_prices() {
        let prices = prices([("small", 0.15, 0.6), ("large", 2.5, 10.0)]);
        let tokens = Tokens { prompt: 1_000_000, completion: 2_000_000 };
        assert_eq!(prices.cost_micros(["small"], tokens), Some(1_350_000));
        assert_eq!(prices.cost_micros(["large"], tokens), Some(22_500_000));
        assert_eq!(prices.cost_micros(["small"], Tokens { prompt: 11, completion: 7 }), Some(6));
        assert_eq!(prices.cost_micros(["tiny"], tokens), None);
    }

    #[test]
    fn the_first_name_that_is_known_counts_and_a_star_is_any() {
        let prices = prices([("small-2026", 1.0, 1.0), ("*", 3.0, 3.0)]);
        let tokens = Tokens { prompt: 1, completion: 1 };
        assert_eq!(prices.cost_micros(["small", "small-2026"], tokens), Some(2));
        assert_eq!(prices.cost_micros(["tiny"], tokens), Some(6));
    }
}
