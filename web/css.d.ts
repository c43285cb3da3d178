/** A `.css` file imported from the widget is its minified text, for a constructed style sheet. */
declare module "*.css" {
  const text: string;
  export default text;
}
