import assert from 'node:assert/strict'
import { once } from 'node:events'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls'
import { test } from 'uvu'
import { systemClock } from '../../src/clock.ts'
import { listen } from '../../src/http/listen.ts'
import { type Certificate, makeCertificate } from '../support/certificate.ts'
import { keptLog } from '../support/kept-log.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

/** A server that answers every request at once, secured by files in a folder of its own. */
async function openSecured(pair: { cert: string; key: string }) {
	const place = temporaryFolder()
	const tls = { certFile: join(place.path, 'tls.crt'), keyFile: join(place.path, 'tls.key') }
	const write = ({ cert, key }: { cert: string; key: string }) => {
		for (const [file, text] of [
			[tls.certFile, cert],
			[tls.keyFile, key],
		] as const) {
			writeFileSync(`${file}.new`, text)
			renameSync(`${file}.new`, file)
		}
	}
	write(pair)
	const log = keptLog()
	const server = await listen(
		(_request, response) => response.end('served'),
		{ host: '127.0.0.1', port: 0, tls },
		{ clock: systemClock, log },
	)
	return {
		...{ ...server, log, tls, write },
		async [Symbol.asyncDispose]() {
			await server[Symbol.asyncDispose]()
			place[Symbol.dispose]()
		},
	}
}

type Answer = { body: string; serial: string; localPort: number | undefined }

function get(url: string, ca: Certificate[], agent?: Agent): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const asked = request(url, { ca: ca.map(({ cert }) => cert), ...(agent ? { agent } : { agent: false }) }, async (response) => {
			const { localPort } = response.socket
			const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber
			resolve({ body: (await response.toArray()).join(''), serial, localPort })
		})
		asked.on('error', reject).end()
	})
}

const authority = makeCertificate({ subject: 'Test authority', isAuthority: true })
const certificate = () => makeCertificate({ subject: 'runner', names: ['127.0.0.1'], issuer: authority })

test('with a certificate it speaks TLS 1.2 and later, and nothing else', async () => {
	await using server = await openSecured(certificate())
	assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/)
	assert.equal((await get(server.url, [authority])).body, 'served')
	const protocolOf = (maxVersion: SecureVersion) =>
		new Promise((resolve, reject) => {
			const options = {
				port: server.port,
				host: '127.0.0.1',
				ca: authority.cert,
				minVersion: 'TLSv1' as const,
				maxVersion,
				ciphers: 'ALL:@SECLEVEL=0',
			}
			const socket = connectTls(options, () => resolve(socket.getProtocol()))
			socket.on('error', reject)
		})
	assert.deepEqual([await protocolOf('TLSv1.2'), await protocolOf('TLSv1.3')], ['TLSv1.2', 'TLSv1.3'])
	await assert.rejects(protocolOf('TLSv1.1'))
	await assert.rejects(fetch(server.url.replace('https:', 'http:')))
})

test('a changed certificate is shown to new connections, the open ones go on, and a wrong pair changes nothing', async () => {
	await using server = await openSecured(certificate())
	const agent = new Agent({ keepAlive: true, maxSockets: 1 })
	const old = await get(server.url, [authority], agent)

	const next = certificate()
	server.write(next)
	const changed = await until('a new connection sees the new one', async () => {
		const answer = await get(server.url, [authority])
		return answer.serial !== old.serial && answer
	})
	assert.deepEqual(await get(server.url, [authority], agent), old)
	assert.deepEqual(
		server.log.lines.map(({ level, message }) => [level, message]),
		[['info', 'The certificate was replaced']],
	)

	server.write({ cert: certificate().cert, key: next.key })
	await until('the fault is told', () => server.log.lines.some(({ level }) => level === 'error'))
	assert.equal((await get(server.url, [authority])).serial, changed.serial)
	const told = server.log.lines.at(-1)!
	assert.equal(told.message, 'The changed certificate cannot be used; the last good one stays in force')
	assert.equal(JSON.stringify(told).includes('PRIVATE'), false)
	using _ = { [Symbol.dispose]: () => agent.destroy() }
	// Told once, not at every look.
	const third = certificate()
	server.write(third)
	await until('the mended one is seen', async () => (await get(server.url, [authority])).serial !== changed.serial)
	const faults = () => server.log.lines.filter(({ level }) => level === 'error').length
	assert.equal(faults(), 1)
	rmSync(server.tls.certFile)
	await until('that a file is gone is told', () => faults() === 2)
	assert.equal((await get(server.url, [authority], agent)).localPort, old.localPort)
})

test('a pair that cannot be used stops the start with one sentence that has nothing of the key', async () => {
	const { cert, key } = certificate()
	for (const pair of [
		{ cert: certificate().cert, key },
		{ cert, key: 'no key' },
		{ cert: '', key },
	])
		await assert.rejects(openSecured(pair), (error: Error) => {
			assert.equal(error.name, 'StartError')
			assert.match(
				error.message,
				/^RUNHOOK_TLS_CERT_FILE and RUNHOOK_TLS_KEY_FILE: \S+tls\.crt and \S+tls\.key cannot be used \(.+\); allowed is [^\n]+\.$/,
			)
			return !error.message.includes(key)
		})
})

/** Opens a connection, says something and stays. */
async function connection(port: number, text: string): Promise<Socket> {
	const socket = connect(port, '127.0.0.1').on('error', () => undefined)
	await once(socket, 'connect')
	socket.write(text)
	return socket.resume()
}

const plain = async () => {
	const handler = (_request: unknown, response: { end(text: string): void }) => response.end('served')
	const server = await listen(handler, { host: '127.0.0.1', port: 0 }, { clock: systemClock, log: keptLog() })
	return { ...server, served: async () => (await fetch(server.url)).text() }
}

test('who does not send the head of a request in time is cut off, and others are served meanwhile', async () => {
	await using server = await plain()
	const texts = ['', 'GET', 'GET / HTTP/1.1\r\nHost: a\r\n', 'POST / HTTP/1.1\r\nX-Slow: 1\r\n']
	const slow = await Promise.all(Array.from({ length: 200 }, (_, index) => connection(server.port, texts[index % texts.length]!)))
	await until('all are cut off', async () => {
		for (const socket of slow) if (!socket.closed) socket.write('X')
		assert.equal(await server.served(), 'served')
		return slow.every((socket) => socket.closed)
	})
})

test('a head or a URL that is too long is refused', async () => {
	await using server = await plain()
	const status = async (path: string, headers: Record<string, string> = {}) => (await fetch(server.url + path, { headers })).status
	assert.equal(await status(`/${'a'.repeat(8 * 1024 - 1)}`), 200)
	assert.equal(await status(`/${'a'.repeat(8 * 1024)}`), 414)
	assert.equal(await status('/', { large: 'a'.repeat(15 * 1024) }), 200)
	assert.equal(await status('/', { large: 'a'.repeat(16 * 1024) }), 431)
})

test.run()
