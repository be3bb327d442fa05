const report = { committed: 0, failed: 0 };

/** Run steps one after the other, and take them all back when one fails. */
export async function inTransaction(database, steps) {
  await database.begin();
  try {
    for (const step of steps) {
      await step(database);
    }
    await database.commit();
    report.committed += 1;
  } catch (problem) {
    report.failed += 1;
    await database.rollBack();
    throw problem;
  } finally {
    await database.close();
    return report;
  }
}
