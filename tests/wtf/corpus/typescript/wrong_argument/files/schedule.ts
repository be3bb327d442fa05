import { Schedule } from "./calendar.js";

const OPENING = "Eröffnung 🎉";

/** The days of a fair; every day opens at the same hour. */
export function fair(days: string[], hour: number): Schedule {
  const schedule = new Schedule();
  for (const day of days) {
    /* "Eröffnung 🎉" */ schedule.add(OPENING, `${day}T${hour}:00`);
  }
  return schedule;
}
