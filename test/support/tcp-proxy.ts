import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** A way to a PostgreSQL server that can be made worse. */
export type TcpProxy = AsyncDisposable & {
	/** The database's URL by this way. */
	url: string
	/** Nothing passes any more in either direction, as where packets are lost; nobody is told. */
	hold(): void
	/** Whoever is connected is cut off, and whoever connects is refused. */
	refuse(): Promise<void>
	/** Everything passes again, what was held first. */
	pass(): Promise<void>
	/** From now on everything arrives so much later, milliseconds. */
	delay(milliseconds: number): void
	/** Whoever connects from now on is led to the server of this URL. */
	leadTo(url: string): void
}

/** Opens a way to the server of a URL, at an address of this machine. */
export async function tcpProxy(url: string, host = '127.0.0.1'): Promise<TcpProxy> {
	const sockets = new Set<Socket>()
	let target = new URL(url)
	let isHeld = false
	let late = 0
	const server = createServer((near) => {
		const folder = target.searchParams.get('host')
		const far = connect(folder ? { path: join(folder, '.s.PGSQL.5432') } : { port: Number(target.port || 5432), host: target.hostname })
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(from)
			if (isHeld) from.pause()
			from.on('error', () => undefined)
			from.on('data', (data) => void (late === 0 ? to.write(data) : setTimeout(() => to.write(data), late)))
			from.on('close', () => {
				sockets.delete(from)
				to.destroy()
			})
		}
	})
	const listen = async (port: number) => {
		server.listen(port, host)
		await once(server, 'listening')
	}
	const close = async () => {
		for (const socket of sockets) socket.destroy()
		if (server.listening) await new Promise((resolve) => server.close(resolve))
	}
	await listen(0)
	const { port } = server.address() as AddressInfo
	const through = new URL(url)
	through.searchParams.delete('host')
	through.host = `${host}:${port}`
	return {
		url: through.href,
		hold() {
			isHeld = true
			for (const socket of sockets) socket.pause()
		},
		refuse: close,
		async pass() {
			isHeld = false
			if (!server.listening) await listen(port)
			for (const socket of sockets) socket.resume()
		},
		delay(milliseconds) {
			late = milliseconds
		},
		leadTo(other) {
			target = new URL(other)
		},
		[Symbol.asyncDispose]: close,
	}
}
