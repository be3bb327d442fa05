import { rateOf } from "./rates.js";

const SYMBOLS = { EUR: "€", GBP: "£" };

/** The price of each item, as it is shown. */
export function prices(cart, currency) {
  const rate = rateOf(currency);
  /* "€" und "£" */ const shown = cart.map((item) => {
    const amount = (item.cents * rate) / 100;
    if (amount > 0) {
      return `${SYMBOLS[currency]} ${amount.toFixed(2)}`;
    }
  });
  return shown;
}
