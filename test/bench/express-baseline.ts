// What the accepts are compared with: Express that answers a static 202, without or with reading the body. node express-baseline.ts static|body
import type { AddressInfo } from 'node:net'
import express from 'express'

const app = express()
app.disable('x-powered-by')
app.set('etag', false)
if (process.argv[2] === 'body') app.use(express.text({ type: () => true, limit: '512kb' }))
app.post('/webhooks', (_request, response) => {
	response.status(202).json({ JobIds: ['00000000-0000-7000-8000-000000000000'] })
})
const server = app.listen(0, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`))
