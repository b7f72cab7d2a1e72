import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { runbookText } from './runbook-text.ts'

/** A runbook each run of which writes a line to a file at its start, some on the way, and one at its end. */
export function notingRunbook(file: string, declares = ''): string {
	return runbookText(
		`const note = (what: string) => fs.appendFileSync('${file}', job.jobId + ' ' + process.pid + '/' + job.tryCount + ' ' + what + '\\n')
		note('start')
		for (let beat = 0; beat < 4; beat++) { await new Promise((resolve) => setTimeout(resolve, 4)); note('beat') }
		note('end')`,
		{ head: `import fs from 'node:fs'`, declares: `permissions: { write: ['${file}'] }, ${declares}` },
	)
}

/** Throws where a job goes on after it was started again. Returns the jobs of which a run came to its end. */
export function assertNoneTwice(file: string): Set<string> {
	const runs = new Map<string, string>()
	const ended = new Set<string>()
	for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
		const [jobId, run, what] = line.split(' ') as [string, string, string]
		if (what === 'start') runs.set(jobId, run)
		assert.equal(runs.get(jobId), run, `Run ${run} of job ${jobId} goes on beside another one.`)
		if (what === 'end') ended.add(jobId)
	}
	return ended
}
