// Evaluates IAM requests: a JSON list of iam-simulate's simulations on the input, a list of results on the output.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const results = []
for (const simulation of JSON.parse(readFileSync(0, 'utf8'))) {
  const result = await runSimulation(simulation, {})
  results.push(result.resultType === 'error' ? { error: result.errors } : { result: result.overallResult })
}
console.log(JSON.stringify(results))
