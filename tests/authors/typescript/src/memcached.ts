// Memcached behind a classic load balancer.

import {
  blueprint,
  classicLoadBalancer,
  containerDefinition,
  errorAt,
  guestOf,
  manifest,
  Refusal,
  service,
  taskDefinition,
  warningAt,
} from './recipe.js';

const MEMCACHED_PORT = 11211;
const LISTENER_PORT = 80;
/** MiB: the 32 TiB of the largest instance. */
const MAX_MEMORY = 33554432;

/** What the container instance keeps for itself: ssh, docker and the ECS agent. */
const TAKEN_PORTS = [22, 2375, 2376, 51678, 51679, 51680];

/** MiB: the 64 that memcached fills with items when told nothing, and some for itself. */
const COMFORTABLE_MEMORY = 80;

export const guest = guestOf({
  manifest: manifest({
    name: 'memcached',
    version: '0.1.0',
    summary: 'Memcached, an in-memory cache, behind a classic load balancer',
    rollback: 'automatic',
    parameters: [
      {
        name: 'name',
        description: 'Names the family, the load balancer and the service',
        required: false,
        // 28 characters, so that `NAME-elb` fits the 32 of a load balancer.
        accepts: {
          tag: 'text',
          val: { format: 'name', pattern: '[A-Za-z0-9][A-Za-z0-9-]{0,27}', default: 'memcached' },
        },
      },
      {
        name: 'memory',
        description: 'Memory of the container in MiB; it is killed when it uses more',
        required: false,
        accepts: { tag: 'integer', val: { min: 6, max: MAX_MEMORY, default: 128 } },
      },
      {
        name: 'port',
        description: 'Port on the container instance, which the load balancer leads to',
        required: false,
        accepts: { tag: 'integer', val: { min: 1, max: 65535, default: MEMCACHED_PORT } },
      },
    ],
    capabilities: ['host-port:{port}', 'memory:{memory}'],
    endpoints: [{ name: 'memcached', scheme: 'memcached', description: 'Memcached commands' }],
  }),

  render(given) {
    const name = given.text('name');
    const memory = given.integer('memory');
    const port = given.integer('port');
    if (TAKEN_PORTS.includes(port)) {
      const hint = `leave the port out for ${MEMCACHED_PORT}, or choose one other than ${TAKEN_PORTS.join(', ')}`;
      throw new Refusal([errorAt('parameters.port', 'is a port that the container instance uses itself', hint)]);
    }

    const container = `searchapp-${name}`;
    return blueprint({
      taskDefinition: taskDefinition({
        family: name,
        containerDefinitions: [
          containerDefinition({
            name: container,
            image: 'memcached',
            cpu: 128,
            memory,
            essential: true,
            portMappings: [{ containerPort: MEMCACHED_PORT, hostPort: port, protocol: 'tcp' }],
          }),
        ],
      }),
      loadBalancer: {
        tag: 'classic',
        val: classicLoadBalancer({
          loadBalancerName: `${name}-elb`,
          scheme: 'internal',
          listeners: [
            { protocol: 'tcp', loadBalancerPort: LISTENER_PORT, instanceProtocol: 'tcp', instancePort: port },
          ],
        }),
      },
      service: service({
        serviceName: `${name}-service`,
        loadBalancers: [{ containerName: container, containerPort: MEMCACHED_PORT }],
      }),
      endpoints: [{ name: 'memcached', loadBalancerPort: LISTENER_PORT }],
      warnings: memory < COMFORTABLE_MEMORY ? [tightMemory(memory)] : [],
    });
  },
});

function tightMemory(memory: number) {
  const message = `is ${memory} MiB, but memcached fills 64 MiB with items before it drops any`;
  return warningAt('parameters.memory', message, `set it to ${COMFORTABLE_MEMORY} or more`);
}
