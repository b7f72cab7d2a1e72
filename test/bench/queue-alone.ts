// One queue in a process of its own; prints {"perSecond":…}: jobs accepted by 64 callers within so many seconds; or so many that were accepted before,
// taken and ended by ten slots one by one, or by four hundred with a hundred by one request. node queue-alone.ts store|pg-boss <url> accept|one|batch <number>
import { openBossBesideJobs, openStore } from './queue-engines.ts'

const [name, url, what, number] = process.argv.slice(2) as [string, string, 'accept' | 'one' | 'batch', string]
await using engine = await (name === 'store' ? openStore(url) : openBossBesideJobs(url))
const callers = (many: number, call: () => Promise<void>) => Promise.all(Array.from({ length: many }, call))

let accepted = 0
if (what !== 'accept')
	await callers(512, async () => {
		while (accepted < Number(number)) {
			accepted++
			await engine.accept()
		}
	})
const since = performance.now()
const count = { accept: acceptAll, one: () => engine.takeAll(10, 1), batch: () => engine.takeAll(400, 100) }[what]
console.log(JSON.stringify({ perSecond: ((await count()) / (performance.now() - since)) * 1000 }))

async function acceptAll(): Promise<number> {
	await callers(64, async () => {
		while (performance.now() - since < Number(number) * 1000) {
			await engine.accept()
			accepted++
		}
	})
	return accepted
}
