// Runs before the first paint, so that a chosen theme never flashes.
{
  let theme = null;
  try { theme = localStorage.getItem("msf-theme"); } catch { /* storage is off: the system's theme holds */ }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
