// Numbers as people read them.

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
  return `${(seconds / 86400).toFixed(1)} days`;
}

export function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  return bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

export function number(value, digits) {
  return typeof value === "number" ? value.toFixed(digits) : "–";
}

export function time(unix) {
  return typeof unix === "number" ? new Date(unix * 1000).toLocaleString() : "–";
}

export function shortId(cell) {
  return cell.slice(0, 12);
}

// {"loss.alpha": 0.3} -> "loss.alpha 0.3"
export function pointText(point) {
  return Object.entries(point ?? {}).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
}
