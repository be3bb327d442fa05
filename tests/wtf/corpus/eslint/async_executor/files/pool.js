import { connect } from "./connection.js";

const idle = [];

/** Give a connection that nobody uses, a new one if need be. */
export function acquire(address) {
  return new Promise(async (resolve, reject) => {
    if (idle.length > 0) {
      resolve(idle.pop());
      return;
    }
    const made = await connect(address);
    made.on("error", reject);
    resolve(made);
  });
}

export function release(connection) {
  idle.push(connection);
}
