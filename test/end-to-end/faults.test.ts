import assert from 'node:assert/strict'
import { test } from 'uvu'
import { runbookText } from '../support/runbook-text.ts'
import { type Runner, startRunner } from '../support/runner.ts'

const memoryText = /^The runbook ran out of memory: it may use 64 MiB\. More can be declared as memoryMb\.$/
const wait = 'await new Promise((resolve) => setTimeout(resolve, 20_000))'

/** What a runbook does to its process, and how its job ends: the exception, and what it wrote before. */
const faults: Record<string, { does: string; declares?: string; exception: RegExp | null; output?: string }> = {
	throwsError: { does: `throw new TypeError('broken')`, exception: /^TypeError: broken\n +at .*throwsError\.ts:6/ },
	throwsCause: { does: `throw new Error('outer', { cause: 'inner' })`, exception: /^Error: outer\n.*\nCaused by: .*'inner'$/s },
	throwsRing: { does: `const ring: any = new Error('ring'); ring.cause = ring; throw ring`, exception: /^Error: ring\n.*$/ },
	throwsString: { does: `throw 'text'`, exception: /^The runbook threw what is no Error: 'text'$/ },
	throwsUndefined: { does: `throw undefined`, exception: /^The runbook threw what is no Error: undefined$/ },
	throwsHostile: {
		does: `throw { get stack() { throw 1 }, toString() { throw 2 }, [Symbol.for('nodejs.util.inspect.custom')]() { throw 3 } }`,
		exception: /^The runbook threw something that cannot be shown\.$/,
	},
	throwsHostileError: {
		does: `throw Object.defineProperty(new Error('h'), 'stack', { get() { throw new Error('no stack') } })`,
		exception: /^The runbook threw something that cannot be shown\.$/,
	},
	exits: { does: `process.exit(3)`, exception: /^The runbook ended its process with exit code 3\.$/ },
	exitsAmidOutput: {
		does: `for (let line = 0; line < 5000; line++) output(line); process.stdout.write('no end'); process.exit(0)`,
		exception: /^The runbook ended its process with exit code 0\.$/,
		output: `${Array.from({ length: 5000 }, (_, line) => `${line}\n`).join('')}no end\n`,
	},
	rejects: {
		does: `output('before'); void Promise.reject(new Error('floating'))`,
		exception: /^A promise was rejected and nothing handled it\. Error: floating\n/,
		output: 'before\n',
	},
	throwsInTimer: {
		does: `setTimeout(() => { throw new Error('in a timer') }, 1); ${wait}`,
		exception: /^An error was thrown and nothing caught it\. Error: in a timer\n/,
	},
	fillsHeap: { does: `const all: any[] = []; for (;;) all.push({ all: [all] })`, declares: 'memoryMb: 64,', exception: memoryText },
	fillsBuffers: {
		does: `const all: Buffer[] = []; for (let part = 0; part < 64; part++) { all.push(Buffer.alloc(2 ** 24, 1)); await new Promise((r) => setTimeout(r, 30)) }`,
		declares: 'memoryMb: 64,',
		exception: memoryText,
	},
	fillsBuffersAtOnce: { does: `Buffer.alloc(2 ** 29, 1); ${wait}`, declares: 'memoryMb: 64,', exception: memoryText },
	closesOrders: { does: `fs.closeSync(3); ${wait}`, exception: /^The runbook closed the channel to its runner\.$/ },
	closesReports: { does: `fs.closeSync(4); ${wait}`, exception: /^The runbook closed the channel to its runner\.$/ },
	forgesOrders: { does: `fs.writeSync(3, '{no order\\n'); ${wait}`, exception: /^The runbook wrote into the channel to its runner\.$/ },
	forgesReports: { does: `fs.writeSync(4, '{no report\\n'); ${wait}`, exception: /^The runbook wrote into the channel to its runner\.$/ },
	forgesRecords: {
		does: `fs.writeSync(4, '1\\tOutput\\tno json\\n'); ${wait}`,
		exception: /^The runbook wrote into the channel to its runner\.$/,
	},
	killsItself: { does: `process.kill(process.pid, 'SIGKILL'); ${wait}`, exception: /^The runbook's process was ended by SIGKILL\.$/ },
	aborts: { does: `process.abort()`, exception: /^The runbook's process was ended by SIGABRT\.$/ },
	removesListeners: {
		does: `process.removeAllListeners(); output('done')`,
		exception: null,
		output: 'done\n',
	},
	replacesGlobals: {
		does: `
			console.log = () => { throw new Error('no log') }; process.stdout.write = () => { throw new Error('no write') }
			JSON.stringify = () => 'garbage'; Date.now = () => NaN; JSON.parse = () => { throw new Error('no parse') }
			output({ still: 'written' })`,
		exception: null,
		output: '{"still":"written"}\n',
	},
	removesItsFolder: { does: `fs.rmSync(process.cwd(), { recursive: true }); output('gone')`, exception: null, output: 'gone\n' },
	closesStdout: { does: `fs.closeSync(1); output('still here')`, exception: null, output: 'still here\n' },
}

const names = Object.keys(faults)
const runbooks = (some: string[]) =>
	Object.fromEntries(
		some.map((name) => {
			const { does, declares = '' } = faults[name]!
			return [name, runbookText(does, { declares, head: `import fs from 'node:fs'` })]
		}),
	)

async function check(runner: Runner, name: string, jobId: string): Promise<void> {
	const { exception, output } = faults[name]!
	const { properties } = await runner.untilJob(jobId)
	assert.equal(properties.status, exception ? 'Failed' : 'Completed', `${name}: ${properties.exception}`)
	if (exception) assert.match(String(properties.exception), exception, name)
	if (output !== undefined) assert.equal(await runner.output(jobId), output, name)
}

// In two parts, because every runbook more takes the runner's start some time.
for (const part of [names.slice(0, 12), names.slice(12)])
	test(`what a runbook does to its process ends its own job alone, and says so: ${part.join(', ')}`, async () => {
		await using runner = await startRunner({
			runbooks: { ...runbooks(part), bystander: runbookText(`output('fine')`) },
			environment: { RUNHOOK_CONCURRENCY: '4' },
		})
		const jobIds = await Promise.all(part.map(async (name) => [name, await runner.start(name)] as const))
		const bystander = await runner.start('bystander')
		for (const [name, jobId] of jobIds) await check(runner, name, jobId)
		assert.equal((await runner.untilJob(bystander)).properties.status, 'Completed')

		// And once more, where a process was left in a state that the next job must not find.
		const spoilers = ['removesListeners', 'replacesGlobals', 'removesItsFolder', 'closesStdout', 'rejects']
		for (const name of spoilers) if (part.includes(name)) await check(runner, name, await runner.start(name))
		assert.equal(runner.process.exitCode, null)
		assert.deepEqual(
			runner.logged.filter((line) => line.includes('"level":"error"')),
			[],
		)
	})

test.run()
