// node test/run.ts [pattern] [--jobs=n] [--timeout=s] : every test file in a process of its own, several at a time; ends with "N passed, N failed".
// It makes up for uvu 0.5.6: a throwing before() or after.each() and a forgotten test.run() all exit 0 there, an open handle hangs it, and nothing has a time limit.
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs, stripVTControlCharacters, styleText } from 'node:util'

type Result = { file: string; passed: number; failed: number; skipped: number; ms: number; out: string; why: string }
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { jobs: { type: 'string' }, timeout: { type: 'string', default: '300' }, dir: { type: 'string', default: 'test' } },
})
const only = positionals.map((p) => new RegExp(p))
const limit = Number(values.timeout) * 1000
// One more than processors: tests that run a server wait as often as they compute.
const jobs = Number(values.jobs ?? availableParallelism() + 1)
const files = globSync(`${values.dir}/**/*.test.ts`)
	.filter((f) => !only.length || only.some((r) => r.test(f)))
	.sort()
const child = fileURLToPath(new URL('./child.ts', import.meta.url))

function one(file: string): Promise<Result> {
	return new Promise((done) => {
		const t0 = performance.now()
		let out = '',
			why = ''
		const p = spawn(process.execPath, [child, new URL(file, `file://${process.cwd()}/`).pathname], {
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
		})
		const kill = () => {
			try {
				process.kill(-p.pid!, 'SIGKILL')
			} catch {
				/* gone */
			}
		}
		const timer = setTimeout(() => {
			why = `timed out after ${limit / 1000} s`
			kill()
		}, limit)
		p.stdout.on('data', (d) => {
			out += d
		})
		p.stderr.on('data', (d) => {
			out += d
		})
		p.on('close', (code, signal) => {
			clearTimeout(timer)
			kill() // and whatever it started
			const n = (k: string) => Number(new RegExp(`${k}:\\s+(\\d+)`).exec(stripVTControlCharacters(out))?.[1] ?? 0)
			const total = n('Total'),
				passed = n('Passed')
			let failed = total - passed
			if (code !== 0 && !failed) why ||= `exited with ${signal ?? code}${total ? '' : ' before its tests ended'}`
			if (!total && !n('Skipped')) why ||= 'ran no test (is test.run() missing?)'
			if (code === 0 && failed) why ||= 'a hook threw'
			if (why && !failed) failed = 1
			done({ file, passed, failed, skipped: n('Skipped'), ms: performance.now() - t0, out, why })
		})
	})
}
const results: Result[] = []
const queue = [...files]
const t0 = performance.now()
await Promise.all(
	Array.from({ length: Math.min(jobs, files.length) }, async () => {
		for (let f = queue.shift(); f; f = queue.shift()) {
			const r = await one(f)
			results.push(r)
			console.log(
				`${r.failed ? styleText('red', 'FAIL') : styleText('green', 'ok  ')} ${r.file} ${styleText('gray', `${r.passed}/${r.passed + r.failed} ${Math.round(r.ms)} ms`)}`,
			)
			if (r.failed) console.log(`${r.why ? `     ${r.why}\n` : ''}${r.out.trimEnd().replace(/^/gm, '     ')}\n`)
		}
	}),
)
const sum = (k: 'passed' | 'failed' | 'skipped') => results.reduce((a, r) => a + r[k], 0)
for (const r of results) if (r.failed) console.log(styleText('red', `FAIL ${r.file}${r.why ? `: ${r.why}` : ''}`))
console.log(
	`\n${results.length} files, ${sum('skipped')} skipped, ${Math.round(performance.now() - t0)} ms\n${sum('passed')} passed, ${sum('failed')} failed`,
)
process.exitCode = sum('failed') || !files.length ? 1 : 0
