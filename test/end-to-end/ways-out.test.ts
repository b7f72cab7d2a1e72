import assert from 'node:assert/strict'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import { testAsRoot } from '../support/other-user.ts'
import { runbookText } from '../support/runbook-text.ts'
import { startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))
const cache = join(project, 'node_modules/.cache')
const ownsProject = process.getuid!() === 0 || statSync(cache).uid === process.getuid!()

type Found = 'open' | 'closed'
/** What a runbook tries, in JavaScript that throws or yields false where it is held back; and what is found as the runner's user, and as another. */
type Way = [does: string, same: Found, other: Found]
const closed = (does: string): Way => [does, 'closed', 'closed']
const closedToOthers = (does: string): Way => [does, 'open', 'closed']

const ofRunner = (path: string) => `'/proc/' + process.ppid + '/${path}'`
const inFolder = (path: string) => `folder + '/${path}'`
const dots = '../'.repeat(20)

/** Of a runbook that declares nothing. */
const ofAny: Record<string, Way> = {
	'descriptors of the runner': closed(
		'Array.from({ length: 200 }, (_, fd) => 6 + fd).some((fd) => { try { const stat = fs.fstatSync(fd); return stat.isFile() || stat.isSocket() } catch { return false } })',
	),
	'the environment of the runner': closed(`fs.readFileSync(${ofRunner('environ')})`),
	'its arguments': closed(`fs.readFileSync(${ofRunner('cmdline')})`),
	'its descriptors': closed(`fs.readdirSync(${ofRunner('fd')})`),
	'its folder, through /proc': closed(`fs.readFileSync(${ofRunner('cwd/webhooks.json')})`),
	'its environment, through itself': closed(`fs.readFileSync('/proc/self/../' + process.ppid + '/environ')`),
	'its own environment': closed(`fs.readFileSync('/proc/self/environ')`),
	'its own memory': closed(`fs.openSync('/proc/self/mem', 'r+')`),
	'a path that leads up': closed(`fs.readFileSync('${dots}etc/passwd')`),
	'a path in bytes': closed(`fs.readFileSync(Buffer.from(process.cwd() + '/${dots}etc/passwd'))`),
	'a path as URL': closed(`fs.readFileSync(new URL('file:///etc/passwd'))`),
	'a promise': closed(`await fs.promises.readFile('/etc/passwd')`),
	'a blob': closed(`await (await fs.openAsBlob('/etc/passwd')).text()`),
	'a listing': closed(`fs.opendirSync('/etc').readSync()`),
	'a pattern': closed(`fs.globSync('/etc/pass*').length > 0`),
	'whether a file is there': closed(`fs.statSync('/etc/passwd')`),
	'where a link leads': closed(`fs.readlinkSync('/proc/self/exe')`),
	'a copy': closed(`fs.copyFileSync('/etc/passwd', 'copied')`),
	'a copy of a tree': closed(`fs.cpSync('/etc/passwd', 'copied')`),
	'a symbolic link out of its folder': closed(`fs.symlinkSync('/etc', 'linked')`),
	'a relative one': closed(`fs.symlinkSync('${dots}etc', 'linked')`),
	'a hard link': closed(`fs.linkSync('/etc/passwd', 'linked')`),
	'another working folder': closed(`process.chdir('/etc')`),
	'settings from a file': closed(`process.loadEnvFile('/etc/environment')`),
	'the store': closed(`fs.readFileSync(${inFolder('data/runhook.sqlite')})`),
	'the secret key': closed(`fs.readFileSync(${inFolder('data/secret.key')})`),
	'.env': closed(`fs.readFileSync(${inFolder('.env')})`),
	'the folders of other sandboxes': closed(`fs.readdirSync('../..')`),
	'code that all sandboxes start with': closed(`fs.readdirSync(${inFolder('data/sandboxes/compile-cache')})`),
	'writing that': closed(`fs.writeFileSync(${inFolder('data/sandboxes/compile-cache/code')}, "")`),
	'writing into a cache of packages': closed(`fs.writeFileSync('${cache}/left', '')`),
	'writing into the bundle of packages': closed(`fs.writeFileSync('${cache}/runhook-packages/left', '')`),
	'writing a runbook': closed(`fs.writeFileSync(${inFolder('runbooks/new.ts')}, "")`),
	'writing its own file': closed('fs.appendFileSync(fileURLToPath(import.meta.url), " ")'),
	'changing the mode of its own file': closed('fs.fchmodSync(fs.openSync(fileURLToPath(import.meta.url)), 0o777)'),
	'a temporary folder elsewhere': closed(`fs.mkdtempSync(${inFolder('left-')})`),
	'a report': closed(`process.report.writeReport(${inFolder('left.json')})`),
	'an image of its heap': closed(`v8.writeHeapSnapshot(${inFolder('left.heapsnapshot')})`),
	'a program': closed(`execFileSync('true')`),
	'a program in its place': closed(`process.execve('/bin/true', ['true'])`),
	'a further process': closed(`cluster.fork()`),
	"Node's inside": closed(`process.binding('fs')`),
	'a linked module': closed(`process._linkedBinding('fs')`),
	'native code': closed(`process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6')`),
	WASI: closed(`new (await import('node:wasi')).WASI({ version: 'preview1', preopens: { '/': '/' } })`),
	SQLite: closed(`await import('node:sqlite')`),
	'code in a URL': closed(
		`await import('data:text/javascript,' + encodeURIComponent("import fs from 'node:fs'; fs.readFileSync('/etc/passwd')"))`,
	),
	'a file as module': closed(`await import('/etc/passwd')`),
	'a file as CommonJS': closed(`createRequire('/etc/')('./passwd')`),
	'a thread': closed(
		`await new Promise((resolve, reject) => new Worker("require('fs').readFileSync('/etc/passwd')", { eval: true }).on('error', reject).on('exit', resolve))`,
	),
	'its debugger': closed(`inspector.open(0)`),
	'a session of its debugger': closed(`new inspector.Session().connect()`),
	'the debugger of the runner': closed(`process.kill(process.ppid, 'SIGUSR1'), await inspected('main.ts')`),
	'the user of the runner': [`process.setuid(${process.getuid!()}) === undefined`, 'open', 'closed'],
	'a signal to the runner': closedToOthers('process.kill(process.ppid, 0)'),
	'a socket in a folder of the runner': closedToOthers(
		`await new Promise((resolve, reject) => { const server = net.createServer().on("error", reject).listen(${inFolder('left.sock')}, () => server.close(resolve)) })`,
	),
	'the network of the machine': [`(await fetch(url + '/openapi.json')).ok`, 'open', 'open'],
	'its own folder': [`fs.writeFileSync('../left', '')`, 'open', 'open'],
}

/** Of one that declares that it starts programs. */
const ofPrograms: Record<string, Way> = {
	'the environment of the runner': closedToOthers(`execFileSync('cat', [${ofRunner('environ')}])`),
	'the store': closedToOthers(`execFileSync("cat", [${inFolder('data/runhook.sqlite')}])`),
	'the secret key': closedToOthers(`execFileSync("cat", [${inFolder('data/secret.key')}])`),
	'.env': closedToOthers(`execFileSync("cat", [${inFolder('.env')}])`),
	'what lies in the data folder': closedToOthers(`execFileSync("ls", [${inFolder('data')}])`),
	'the folders of other sandboxes': closedToOthers(`execFileSync("ls", [${inFolder('data/sandboxes/running')}])`),
	'code that all sandboxes start with': closedToOthers(`execFileSync("ls", [${inFolder('data/sandboxes/compile-cache')}])`),
	'writing the bundle of packages': [`execFileSync('test', ['-w', '${cache}'])`, ownsProject ? 'open' : 'closed', 'closed'],
	'writing a runbook': closedToOthers(`execFileSync("test", ["-w", ${inFolder('runbooks')}])`),
	'a signal to the runner': closedToOthers(`execFileSync('sh', ['-c', 'kill -0 ' + process.ppid])`),
	'a program': [`execFileSync('true')`, 'open', 'open'],
}

/** Of one that declares that it reads everything. */
const ofReaders: Record<string, Way> = {
	'the environment of the runner': closedToOthers(`fs.readFileSync(${ofRunner('environ')})`),
	'the store': closedToOthers(`fs.readFileSync(${inFolder('data/runhook.sqlite')})`),
	'its folder, through /proc': closedToOthers(`fs.readdirSync(${ofRunner('cwd/data')})`),
	'a file that is open to all': [`fs.readFileSync('/etc/passwd')`, 'open', 'open'],
}

const head = `
import { execFileSync } from 'node:child_process'
import cluster from 'node:cluster'
import fs from 'node:fs'
import inspector from 'node:inspector'
import { createRequire } from 'node:module'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import v8 from 'node:v8'
import { Worker } from 'node:worker_threads'
const inspected = async (file: string) => {
	for (let look = 0; look < 20; look++) {
		const answer = await fetch('http://127.0.0.1:9229/json/list').then((response) => response.text(), () => '')
		if (answer.includes(file)) return true
		await new Promise((resolve) => setTimeout(resolve, 20))
	}
	return false
}`
const takes = 'parameters: z.object({ WebhookData }),'

/** A runbook that tries them one after the other, each by its title. */
function tries(ways: Record<string, Way>, declares = ''): string {
	const lines = Object.entries(ways).map(
		([title, [does]]) =>
			`await attempt(${JSON.stringify(title)}, async () => { const found = (${does}); if (found === false) throw new Error('no') })`,
	)
	const body = `
		const { folder, url } = JSON.parse(parameters.WebhookData.RequestBody)
		const found: Record<string, string> = {}
		const attempt = async (title: string, act: () => unknown) => {
			try { await act(); found[title] = 'open' } catch { found[title] = 'closed' }
		}
		${lines.join('\n\t\t')}
		output(found)`
	return runbookText(body, { head, declares: `${takes} ${declares}` })
}

const kinds = { ofAny, ofPrograms, ofReaders }
const runbooks = {
	ofAny: tries(ofAny),
	ofPrograms: tries(ofPrograms, 'permissions: { childProcess: true },'),
	ofReaders: tries(ofReaders, `permissions: { read: ['/'] },`),
}

/** Runs each of them, and finds each way as that column says. */
async function check(column: 1 | 2, sandboxUser: string): Promise<void> {
	// What takes the coverage would open Node's inspector.
	const environment = { RUNHOOK_SANDBOX_USER: sandboxUser, NODE_V8_COVERAGE: '' }
	await using runner = await startRunner({ runbooks, letsOthersIn: true, environment })
	const { folder, url, process: runnerProcess } = runner
	writeFileSync(join(folder, '.env'), 'RUNHOOK_SECRET_KEY=…', { mode: 0o600 })
	await until('the code is there that all sandboxes start with', () => existsSync(join(folder, 'data/sandboxes/compile-cache')))
	for (const [name, ways] of Object.entries(kinds)) {
		const jobId = await runner.start(name, JSON.stringify({ folder, url }))
		const { exception } = (await runner.untilJob(jobId)).properties
		assert.equal(exception, null, name)
		const expected = Object.fromEntries(Object.entries(ways).map(([title, way]) => [title, way[column]]))
		assert.deepEqual(JSON.parse(await runner.output(jobId)), expected, name)
	}
	assert.equal(runnerProcess.exitCode, null)
}

test("a runbook that runs as the runner's user is held back by Node, unless it declares what it needs", () =>
	check(1, String(process.getuid!())))

testAsRoot('a runbook that runs as another user is held back by the system, too, whatever it declares', () => check(2, '65534'))

test.run()
