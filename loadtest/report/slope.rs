//! How something grows over time.

/// The slope of the straight line that is nearest to points (x, y), by least squares; none for fewer than three points or
/// points of one moment.
pub(super) fn slope(points: &[(f64, f64)]) -> Option<f64> {
    if points.len() < 3 {
        return None;
    }
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x_mean, y_mean) = (mean(|point| point.0), mean(|point| point.1));
    let (mut both, mut squares) = (0.0, 0.0);
    for (x, y) in points {
        both += (x - x_mean) * (y - y_mean);
        squares += (x - x_mean).powi(2);
    }
    (squares > 0.0).then(|| both / squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope_whatever_it_starts_from() {
        let line = |x: f64| (x, 1_000.0 + 2.5 * x);
        let points: Vec<_> = [0.0, 1.0, 2.0, 5.0].map(line).to_vec();
        assert!((slope(&points).unwrap() - 2.5).abs() < 1e-9);
        let noisy = [(0.0, 1.0), (1.0, -1.0), (2.0, 1.0), (3.0, -1.0), (4.0, 1.0)];
        assert!(slope(&noisy).unwrap().abs() < 1e-9);
    }

    #[test]
    fn too_little_has_no_slope() {
        assert_eq!(slope(&[(0.0, 1.0), (1.0, 2.0)]), None);
        assert_eq!(slope(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
    }
}
