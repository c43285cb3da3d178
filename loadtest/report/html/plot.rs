//! One plot as SVG, with its numbers as a table behind it.

use std::fmt;

use crate::report::html::Text;
use crate::report::html::axis::Axis;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;
/// Room for the axes' names and the legend.
const LEFT: f64 = 74.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 46.0;
/// Colours of lines in the style sheet; further lines begin anew.
const COLOURS: usize = 6;
/// Width of a letter of the legend, roughly.
const LETTER: f64 = 7.2;

/// Lines over two axes.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) title: &'static str,
    /// What it shows, for those who don't see it.
    pub(super) description: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
    /// Moments with a name, on the x axis.
    pub(super) marks: Vec<(f64, String)>,
    /// How the table says values of x and of y.
    pub(super) words: (Word, Word),
}

/// How a value is said.
pub(super) type Word = fn(f64) -> String;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

impl Plot {
    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.y.place(value) * (HEIGHT - TOP - BOTTOM)
    }

    fn axes(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for (value, name) in &self.y.ticks {
            let y = self.y(*value);
            writeln!(formatter, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>")?;
            let (x, y) = (LEFT - 8.0, y + 4.0);
            writeln!(formatter, "<text class=\"tick end\" x=\"{x}\" y=\"{y:.1}\">{name}</text>")?;
        }
        for (value, name) in &self.x.ticks {
            let (x, y) = (self.x(*value), bottom + 18.0);
            writeln!(formatter, "<path class=\"grid\" d=\"M{x:.1} {TOP}V{bottom}\"/>")?;
            writeln!(formatter, "<text class=\"tick middle\" x=\"{x:.1}\" y=\"{y}\">{name}</text>")?;
        }
        for (value, name) in &self.marks {
            let (x, y) = (self.x(*value), TOP + 12.0);
            writeln!(formatter, "<path class=\"mark\" d=\"M{x:.1} {TOP}V{bottom}\"/>")?;
            writeln!(formatter, "<text class=\"tick\" x=\"{:.1}\" y=\"{y}\">{}</text>", x + 4.0, Text(name))?;
        }
        let (middle, below) = ((LEFT + right) / 2.0, HEIGHT - 8.0);
        writeln!(
            formatter,
            "<text class=\"label middle\" x=\"{middle}\" y=\"{below}\">{}</text>",
            self.x.label
        )
    }

    fn legend(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut x = LEFT;
        for (index, line) in self.lines.iter().enumerate() {
            let colour = index % COLOURS;
            writeln!(formatter, "<path class=\"line c{colour}\" d=\"M{x:.1} 15h18\"/>")?;
            writeln!(
                formatter,
                "<text class=\"name\" x=\"{:.1}\" y=\"19\">{}</text>",
                x + 23.0,
                Text(&line.name)
            )?;
            x += 23.0 + line.name.chars().count() as f64 * LETTER + 18.0;
        }
        Ok(())
    }

    fn line(&self, formatter: &mut fmt::Formatter<'_>, index: usize, line: &Line) -> fmt::Result {
        let colour = index % COLOURS;
        write!(formatter, "<path class=\"line c{colour}\" d=\"")?;
        for (place, (x, y)) in line.points.iter().enumerate() {
            let command = if place == 0 { 'M' } else { 'L' };
            write!(formatter, "{command}{:.1} {:.1}", self.x(*x), self.y(*y))?;
        }
        writeln!(formatter, "\"/>")
    }

    /// The same numbers for those who don't see the lines, or want to copy them.
    fn table(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (x_word, y_word) = self.words;
        let mut places: Vec<f64> =
            self.lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        write!(
            formatter,
            "<details><summary>{}: as a table</summary>\n<div class=\"wide\"><table>",
            self.title
        )?;
        write!(formatter, "<thead><tr><th scope=\"col\">{}</th>", self.x.label)?;
        for line in &self.lines {
            write!(formatter, "<th scope=\"col\">{}</th>", Text(&line.name))?;
        }
        writeln!(formatter, "</tr></thead>\n<tbody>")?;
        for place in places {
            write!(formatter, "<tr><th scope=\"row\">{}</th>", x_word(place))?;
            for line in &self.lines {
                let value = line.points.iter().find(|point| point.0.total_cmp(&place).is_eq());
                write!(formatter, "<td>{}</td>", value.map_or_else(String::new, |point| y_word(point.1)))?;
            }
            writeln!(formatter, "</tr>")?;
        }
        writeln!(formatter, "</tbody></table></div></details>")
    }
}

impl fmt::Display for Plot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.iter().all(|line| line.points.is_empty()) {
            return Ok(());
        }
        let (title, description) = (self.title, Text(&self.description));
        writeln!(formatter, "<figure>\n<figcaption>{title}</figcaption>")?;
        writeln!(formatter, "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">")?;
        writeln!(formatter, "<title>{title}</title>\n<desc>{description}</desc>")?;
        self.axes(formatter)?;
        self.legend(formatter)?;
        for (index, line) in self.lines.iter().enumerate() {
            self.line(formatter, index, line)?;
        }
        writeln!(formatter, "</svg>")?;
        self.table(formatter)?;
        writeln!(formatter, "</figure>")
    }
}
