import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import { type Clock, repeatedly } from '../clock.ts'
import { StartError } from '../errors.ts'
import { CERTIFICATE_CHECK_INTERVAL } from '../limits.ts'
import type { Log } from '../log.ts'
import { stampOf } from '../runbooks/file-stamp.ts'

/** Files in PEM: the certificate with its chain, and its private key. */
export type TlsFiles = { certFile: string; keyFile: string }

type Secured = { cert: Buffer; key: Buffer; minVersion: 'TLSv1.2' }

/** What a server is secured with. Throws an Error that says why it cannot be. */
function readTlsFiles({ certFile, keyFile }: TlsFiles): Secured {
	const secured: Secured = { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' }
	createSecureContext(secured)
	return secured
}

/** The same at the start. Throws a StartError. */
export function openTlsFiles(files: TlsFiles): Secured {
	try {
		return readTlsFiles(files)
	} catch (cause) {
		const { certFile, keyFile } = files
		throw new StartError(
			`RUNHOOK_TLS_CERT_FILE and RUNHOOK_TLS_KEY_FILE: ${certFile} and ${keyFile} cannot be used (${(cause as Error).message}); allowed is a certificate in PEM, with its chain, and its own private key without passphrase.`,
			{ cause },
		)
	}
}

/**
 * Secures new connections with what the files hold, whenever they change; those that are open go on as they are.
 * A pair that cannot be used is logged, and the last good one stays.
 */
export function watchTlsFiles(server: Server, files: TlsFiles, { clock, log }: { clock: Clock; log: Log }): AsyncDisposable {
	const look = () => {
		try {
			return stampOf([files.certFile, files.keyFile])
		} catch (error) {
			return (error as Error).message
		}
	}
	let applied = look()
	let before = applied
	const apply = () => {
		try {
			const secured = readTlsFiles(files)
			server.setSecureContext(secured)
			log.info('The certificate was replaced', { validTo: new X509Certificate(secured.cert).validTo })
		} catch (error) {
			log.error('The changed certificate cannot be used; the last good one stays in force', { ...files, reason: (error as Error).message })
		}
	}
	// Looked at in intervals: notices of the system get lost where files are links that are switched, as in mounted secrets.
	const watch = async (): Promise<void> => {
		const now = look()
		// Only once both have stood for a while: they are written one after the other.
		if (now !== applied && now === before) {
			applied = now
			apply()
		}
		before = now
	}
	return repeatedly(watch, { clock, interval: CERTIFICATE_CHECK_INTERVAL })
}
