export async function requestToken(user, password) {
  const answer = await fetch("/token", { method: "POST", body: JSON.stringify({ user, password }) });
  return answer.json();
}
