// Sends load to one URL and prints what came of it as JSON. A process of its own, so that it takes no time from the server's.
import autocannon from 'autocannon'

const [url, seconds, connections] = process.argv.slice(2)
const body = JSON.stringify({ name: 'Ada', text: 'x'.repeat(260) })
const result = await autocannon({
	url: url!,
	method: 'POST',
	body,
	headers: { 'content-type': 'application/json' },
	connections: Number(connections),
	duration: Number(seconds),
})
const { non2xx, errors, latency } = result
console.log(JSON.stringify({ perSecond: result['2xx'] / result.duration, non2xx, errors, p50: latency.p50, p99: latency.p99 }))
