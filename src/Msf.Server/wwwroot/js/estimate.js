/** What a job will take, by the server's model of cost. */
import { postJson } from "./api.js";

/**
 * Asks for an estimate.
 * @param job the body of a job
 * @returns `seconds`, `stages` (seconds of each), `queueSeconds`, `multiplyAddsPerImage` (of a sweep, the mean)
 */
export async function estimateJob(job) {
  const { kind, image, mask, of, sweep, ...settings } = job;
  if (!sweep) return postJson("/api/estimate", settings);
  const cells = partsOf(sweep);
  const answers = await Promise.all(cells.map(({ steps, guidance }) => postJson("/api/estimate", {
    ...settings, steps: [steps, ...settings.steps.slice(1)], guidance: [guidance, ...settings.guidance.slice(1)],
  })));
  const sum = pick => answers.reduce((total, answer, index) => total + cells[index].times * pick(answer), 0);
  const count = sweep.steps.length * sweep.guidance.length;
  return {
    seconds: sum(answer => answer.seconds),
    stages: settings.steps.map((_, stage) => ({ seconds: sum(answer => answer.stages[stage].seconds) })),
    queueSeconds: answers[0].queueSeconds,
    multiplyAddsPerImage: sum(answer => answer.multiplyAddsPerImage) / count,
  };
}

// An image costs the same at every guidance but 1, which is none.
function partsOf({ steps, guidance }) {
  const guided = guidance.filter(value => value !== 1);
  const scales = [{ guidance: guided[0], times: guided.length }, { guidance: 1, times: guidance.length - guided.length }].filter(({ times }) => times > 0);
  return steps.flatMap(value => scales.map(scale => ({ steps: value, ...scale })));
}
