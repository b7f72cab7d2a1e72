import type { AccessToken } from './access-token.ts'

/** What this folder needs kept. Names compare without regard to case. Every method may throw a StoreUnavailableError: then nothing was changed. */
export type AccessTokenStore = {
	/** By name. */
	list(): Promise<AccessToken[]>
	find(name: string): Promise<AccessToken | undefined>
	findByHash(tokenHash: string): Promise<AccessToken | undefined>
	create(token: Omit<AccessToken, 'lastUsedTime'>, most: number): Promise<'created' | 'nameTaken' | 'tooMany'>
	/** Resolves with the token as it is then; undefined when there is none. */
	change(name: string, change: Partial<Pick<AccessToken, 'isEnabled' | 'description'>>): Promise<AccessToken | undefined>
	/** Whether there was one. */
	delete(name: string): Promise<boolean>
	/** Notes a use, unless one was noted less than `interval` milliseconds ago. */
	noteUsed(tokenHash: string, at: number, interval: number): Promise<void>
}
