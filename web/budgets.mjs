// What each part may weigh on the wire: bytes after brotli at its highest level.
export const budgets = [
  { files: ["w.js"], limit: 1000 },
  { files: ["w.js", "app.js"], limit: 8000 },
  { files: ["dashboard.js"], limit: 35000 },
  { files: ["dashboard.css"], limit: 5000 },
];
