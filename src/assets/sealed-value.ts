import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { type AssetKind, UnreadableAssetError } from './asset-store.ts'

/** A key of the installation. `keyId` names it without telling anything of it. */
export type SecretKey = { keyId: string; key: KeyObject }

/** What a sealed value belongs to: it can be unsealed as nothing else. */
export type SealedSubject = { kind: AssetKind; name: string }

/** A value that cannot be unsealed: another key is needed, or it was changed since it was sealed, or it belongs to another asset. */
export class UnsealError extends UnreadableAssetError {
	override name = 'UnsealError'
	readonly reason: 'otherKey' | 'damaged'

	constructor(reason: UnsealError['reason'], { kind, name }: SealedSubject, keyId: string) {
		const why =
			reason === 'otherKey' ? `is sealed with another key (${keyId.slice(0, 32)})` : 'is damaged, or was moved there from another asset'
		super(`The value of ${kind} '${name}' cannot be read: it ${why}.`)
		this.reason = reason
	}
}

export const SECRET_KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const version = 's1'

/** The key that 32 random bytes stand for. */
export function secretKeyOf(bytes: Uint8Array): SecretKey {
	if (bytes.length !== SECRET_KEY_BYTES) throw new Error(`A secret key has ${SECRET_KEY_BYTES} bytes, not ${bytes.length}.`)
	const derived = (purpose: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', `runhook ${purpose}`, length))
	return { keyId: derived('key id', 8).toString('hex'), key: createSecretKey(derived('sealed values', SECRET_KEY_BYTES)) }
}

/** Seals a text by AES-256-GCM under a random nonce, bound to its subject. The result names the key and is text of one line. */
export function sealValue({ keyId, key }: SecretKey, subject: SealedSubject, text: string): string {
	const nonce = randomBytes(NONCE_BYTES)
	const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(keyId, subject))
	const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
	return `${version}.${keyId}.${sealed.toString('base64url')}`
}

/** The text that was sealed for this subject with one of the keys. Throws an UnsealError. */
export function unsealValue(keys: readonly SecretKey[], subject: SealedSubject, sealed: string): string {
	const [marked, keyId = '', encoded = '', ...rest] = sealed.split('.')
	if (marked !== version || rest.length > 0) throw new UnsealError('damaged', subject, keyId)
	const known = keys.find((each) => each.keyId === keyId)
	if (!known) throw new UnsealError('otherKey', subject, keyId)
	const bytes = Buffer.from(encoded, 'base64url')
	// Decoding passes over what is no base64url: another spelling of the same bytes was not written here.
	if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== encoded) throw new UnsealError('damaged', subject, keyId)
	const decipher = createDecipheriv('aes-256-gcm', known.key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
	decipher.setAAD(boundTo(keyId, subject)).setAuthTag(bytes.subarray(-TAG_BYTES))
	try {
		return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
	} catch {
		throw new UnsealError('damaged', subject, keyId)
	}
}

/** Names compare without regard to case, so the spelling is no part of it. */
function boundTo(keyId: string, { kind, name }: SealedSubject): Buffer {
	return Buffer.from(JSON.stringify([version, keyId, kind, name.toLowerCase()]))
}
