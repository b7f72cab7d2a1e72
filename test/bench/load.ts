// Sends load to one URL and prints what came of it as JSON. A process of its own, so that it takes no time from the server's.
// wrk where it is installed (Debian: apt-get install wrk), because it leaves the cores to the server; else autocannon.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import type { Load } from './measure.ts'

const [url, seconds, connections] = process.argv.slice(2)
const body = JSON.stringify({ name: 'Ada', text: 'x'.repeat(260) })
console.log(JSON.stringify(wrkIsThere() ? withWrk() : await withAutocannon()))

function wrkIsThere(): boolean {
	try {
		execFileSync('which', ['wrk'], { stdio: 'ignore' })
		return true
	} catch {
		return false
	}
}

function withWrk(): Load {
	const folder = mkdtempSync(join(tmpdir(), 'runhook-load-'))
	try {
		const script = join(folder, 'post.lua')
		const done = `done = function(summary, latency)
			local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
			print(string.format("RESULT %d %d %d %d %f %f", summary.requests, summary.duration, summary.errors.status, failed,
				latency:percentile(50) / 1000, latency:percentile(99) / 1000))
		end`
		writeFileSync(
			script,
			`wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = ${JSON.stringify(body)}\n${done}\n`,
		)
		const printed = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}`, '-s', script, url!], { encoding: 'utf8' })
		const found = /^RESULT (.*)$/m.exec(printed)
		if (!found) throw new Error(`wrk printed no result: ${printed}`)
		const [requests, microseconds, non2xx, errors, p50, p99] = found[1]!.split(' ').map(Number) as [
			number,
			number,
			number,
			number,
			number,
			number,
		]
		return { tool: 'wrk', perSecond: ((requests - non2xx) / microseconds) * 1e6, non2xx, errors, p50, p99 }
	} finally {
		rmSync(folder, { recursive: true })
	}
}

async function withAutocannon(): Promise<Load> {
	const result = await autocannon({
		url: url!,
		method: 'POST',
		body,
		headers: { 'content-type': 'application/json' },
		connections: Number(connections),
		duration: Number(seconds),
	})
	const { non2xx, errors, latency } = result
	return { tool: 'autocannon', perSecond: result['2xx'] / result.duration, non2xx, errors, p50: latency.p50, p99: latency.p99 }
}
