// What the server tells: its news as they come, and all else on demand.

export async function fetchJson(address) {
  const answer = await fetch(address, {credentials: "same-origin"});
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({error: answer.statusText}))).error);
  return answer.json();
}

// Calls heard(news) with each newest state, at most once a frame, and lost(reason) when the connection is. Reconnects by itself.
export function listen(heard, lost) {
  let newest = null;
  const draw = () => {
    const news = newest;
    newest = null;
    heard(news);
  };
  const connect = () => {
    const events = new EventSource("api/events");
    events.addEventListener("news", (event) => {
      if (newest === null) requestAnimationFrame(draw);
      newest = JSON.parse(event.data);
    });
    events.addEventListener("error", () => {
      lost();
      if (events.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    });
  };
  connect();
}
