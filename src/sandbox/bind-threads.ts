import { syncBuiltinESMExports } from 'node:module'
import threads, { type Worker, type WorkerOptions } from 'node:worker_threads'

// Taken before a runbook can replace it.
const { construct } = Reflect

/**
 * Binds the threads that runbooks start to the permissions of this process. Without it a thread that is given `execArgv`, or NODE_OPTIONS
 * in its environment, takes its permissions from there; without any there, nothing binds it (tried on Node 24.21).
 * `environment` is that of this process.
 */
export function bindThreads(environment: NodeJS.ProcessEnv): void {
	// No further thread from within a thread: the module there is Node's own again.
	const execArgv = Object.freeze(process.execArgv.filter((flag) => !flag.startsWith('--max-old-space-size') && flag !== '--allow-worker'))
	// A proxy and no subclass: the class itself could be had from a subclass, as its prototype.
	const bound = new Proxy(threads.Worker, {
		construct(target, given, newTarget) {
			delete environment.NODE_OPTIONS
			const { env, ...options } = (given[1] ?? {}) as WorkerOptions
			return construct(target, [given[0], { ...options, env: withoutOptions(env ?? environment), execArgv }], newTarget) as Worker
		},
	})
	threads.Worker.prototype.constructor = bound
	threads.Worker = bound
	syncBuiltinESMExports()
}

function withoutOptions(env: WorkerOptions['env']): WorkerOptions['env'] {
	// SHARE_ENV is a symbol; what is neither is refused by Node.
	if (typeof env !== 'object') return env
	const copy = { ...(env as NodeJS.ProcessEnv) }
	delete copy.NODE_OPTIONS
	return copy
}
