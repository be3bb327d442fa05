import { requestToken } from "./tokens.js";

const session = { user: null, token: null, expires: 0 };

/** Log somebody in; a second call while the first waits is not wanted. */
export async function logIn(user, password) {
  if (session.token === null) {
    const answer = await requestToken(user, password);
    session.user = user;
    session.token = session.token ?? answer.token;
    session.expires = Date.now() + answer.seconds * 1000;
  }
  return session;
}

let current = 0;

export async function addTo(load) {
  current = current + (await load());
  return current;
}
