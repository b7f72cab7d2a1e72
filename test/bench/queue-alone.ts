// One queue in a process of its own; prints {"perSecond":…}: jobs accepted by 64 callers within so many seconds, or so many that were accepted
// before taken and ended, by ten callers one each, or by four a hundred each. node queue-alone.ts store|pg-boss <url> accept|one|batch <number>
import { openBossBesideJobs, openStore } from './queue-engines.ts'

const [name, url, what, number] = process.argv.slice(2) as [string, string, string, string]
await using engine = await (name === 'store' ? openStore(url) : openBossBesideJobs(url))
let count = 0
const callers = (many: number, call: () => Promise<void>) => Promise.all(Array.from({ length: many }, call))

const measured = { accept: acceptFor, one: () => takeAll(10, 1), batch: () => takeAll(4, 100) }[what]!
if (what !== 'accept') {
	await callers(512, async () => {
		while (count++ < Number(number)) await engine.accept()
	})
	count = 0
}
const since = performance.now()
await measured(Number(number) * 1000)
console.log(JSON.stringify({ perSecond: (count / (performance.now() - since)) * 1000 }))

function acceptFor(milliseconds: number): Promise<unknown> {
	return callers(64, async () => {
		while (performance.now() - since < milliseconds) {
			await engine.accept()
			count++
		}
	})
}

function takeAll(many: number, each: number): Promise<unknown> {
	return callers(many, async () => {
		for (let taken = 1; taken > 0; count += taken) taken = await engine.takeAndEnd(each)
	})
}
