// The load that production has to bear, and what k6 fails at: p95 under 500 ms, under 1 % errors.
import http from "k6/http";
import { check } from "k6";

export const options = {
  scenarios: {
    api: {
      executor: "constant-arrival-rate",
      rate: Number(__ENV.RATE || 200),
      timeUnit: "1s",
      duration: __ENV.DURATION || "5m",
      preAllocatedVUs: 100, // 200 requests a second of 500 ms each
      maxVUs: 400,
    },
  },
  thresholds: {
    http_req_duration: ["p(95)<500"],
    http_req_failed: ["rate<0.01"],
    dropped_iterations: ["count==0"], // or the load was less than it claims
  },
};

export default function () {
  const answer = http.get(`${__ENV.URL}/health`);
  check(answer, { "answers 200": (found) => found.status === 200 });
}
