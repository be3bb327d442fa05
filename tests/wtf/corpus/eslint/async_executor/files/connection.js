export async function connect(address) {
  return { address, on(event, handler) { console.log(event, handler); } };
}
