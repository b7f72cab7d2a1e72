// All measurements, one after the other: node test/bench/run.ts. A single one: node test/bench/<name>.ts
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const onOne = ['accept-calls', 'cold-start', 'first-line', 'no-op-jobs', 'retention', 'status-look-up', 'token-timing']
const onPostgres = ['cluster-accept', 'cluster-first-line', 'cluster-jobs', 'cluster-recovery']
for (const name of [...onOne, ...onPostgres]) {
	console.log(`\n${name}`)
	const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))], { stdio: 'inherit' })
	if (status !== 0) process.exitCode = 1
}
