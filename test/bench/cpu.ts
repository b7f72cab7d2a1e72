import { readFileSync } from 'node:fs'
import { startRunner } from '../support/runner.ts'
import { sendLoad } from './measure.ts'
const waits = `import { defineRunbook, WebhookData, z } from 'runhook'
export default defineRunbook({ concurrency: 1, parameters: z.object({ WebhookData }), run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) })`
await using runner = await startRunner({ runbooks: { waits }, environment: { RUNHOOK_CONCURRENCY: '1', RUNHOOK_QUEUE_LIMIT: '10000000', RUNHOOK_SHUTDOWN_SECONDS: '0' } })
const url = runner.webhookUrl('waits')
const cpu = () => { const f = readFileSync(`/proc/${runner.process.pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) * 10 }
await sendLoad(url, 2)
for (let i = 0; i < 4; i++) { const a = cpu(); const l = await sendLoad(url, 3); const ms = cpu() - a; console.log('us cpu/call', (ms * 1000 / (l.perSecond * 3)).toFixed(1), Math.round(l.perSecond)) }
