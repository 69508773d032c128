// Redis behind a classic load balancer, by hand from the raw bindings.

#include <stdlib.h>
#include <string.h>

#include "contract.h"

#define REDIS_PORT 6379
#define LISTENER_PORT 80
// MiB: the 32 TiB of the largest instance.
#define MAX_MEMORY 33554432

// What the container instance keeps for itself: ssh, docker and the ECS agent.
static const int32_t TAKEN_PORTS[] = {22, 2375, 2376, 51678, 51679, 51680};

// ------------------------------------------------------------------- texts

// A copy, because what is returned belongs to the bindings, which free it.
static text_t text(const char *literal) {
  text_t copy;
  recipe_string_dup(&copy, literal);
  return copy;
}

static text_t join(const char *before, text_t middle, const char *after) {
  size_t first = strlen(before), last = strlen(after);
  text_t joined = {.len = first + middle.len + last};
  joined.ptr = malloc(joined.len);
  memcpy(joined.ptr, before, first);
  memcpy(joined.ptr + first, middle.ptr, middle.len);
  memcpy(joined.ptr + first + middle.len, after, last);
  return joined;
}

static bool equals(text_t left, const char *right) {
  return left.len == strlen(right) && memcmp(left.ptr, right, left.len) == 0;
}

// ---------------------------------------------------------------- manifest

static parameter_t name_parameter(const char *fallback) {
  parameter_t parameter = {.name = text("name")};
  parameter.description = text("Names the family, the load balancer and the service");
  parameter.accepts.tag = PARAMETER_TEXT;
  SET(parameter.accepts.val.text.format, text("name"));
  // 28 characters, so that `NAME-elb` fits the 32 of a load balancer.
  SET(parameter.accepts.val.text.pattern, text("[A-Za-z0-9][A-Za-z0-9-]{0,27}"));
  SET(parameter.accepts.val.text.default_, text(fallback));
  return parameter;
}

static parameter_t integer_parameter(const char *name, const char *description, int32_t min, int32_t max,
                                     int32_t fallback) {
  parameter_t parameter = {.name = text(name), .description = text(description)};
  parameter.accepts.tag = PARAMETER_INTEGER;
  parameter.accepts.val.integer.min = min;
  parameter.accepts.val.integer.max = max;
  SET(parameter.accepts.val.integer.default_, fallback);
  return parameter;
}

void describe(manifest_t *manifest) {
  memset(manifest, 0, sizeof *manifest);
  manifest->name = text("redis");
  manifest->version = text("0.1.0");
  manifest->summary = text("Redis, an in-memory store, behind a classic load balancer");
  manifest->rollback = ROLLBACK_AUTOMATIC;

  ALLOCATE(manifest->parameters, 3);
  manifest->parameters.ptr[0] = name_parameter("redis");
  manifest->parameters.ptr[1] =
      integer_parameter("memory", "Memory of the container in MiB; it is killed when it uses more", 6, MAX_MEMORY, 128);
  manifest->parameters.ptr[2] = integer_parameter(
      "port", "Port on the container instance, which the load balancer leads to", 1, 65535, REDIS_PORT);

  // What its parameters can ask for beyond a plain container.
  ALLOCATE(manifest->capabilities, 2);
  manifest->capabilities.ptr[0] = text("host-port:{port}");
  manifest->capabilities.ptr[1] = text("memory:{memory}");

  ALLOCATE(manifest->endpoints, 1);
  manifest->endpoints.ptr[0] =
      (endpoint_t){.name = text("redis"), .scheme = text("redis"), .description = text("Redis commands")};
}

// --------------------------------------------------------------- arguments

// What the recipe is told, and what it has to say about it.
typedef struct {
  text_t name;
  int32_t memory;
  int32_t port;
} settings_t;

static void refuse(diagnostics_t *findings, const char *path, const char *message, const char *hint) {
  diagnostic_t *grown = realloc(findings->ptr, (findings->len + 1) * sizeof *grown);
  diagnostic_t finding = {.path = text(path), .message = text(message)};
  SET(finding.hint, text(hint));
  grown[findings->len] = finding;
  findings->ptr = grown;
  findings->len++;
}

static const argument_t *find(const arguments_t *arguments, const char *name, uint8_t tag) {
  for (size_t i = 0; i < arguments->len; i++) {
    const argument_t *argument = &arguments->ptr[i];
    if (equals(argument->name, name) && argument->value.tag == tag) return argument;
  }
  return NULL;
}

static bool is_taken(int32_t port) {
  for (size_t i = 0; i < sizeof TAKEN_PORTS / sizeof *TAKEN_PORTS; i++) {
    if (TAKEN_PORTS[i] == port) return true;
  }
  return false;
}

// Bounds and defaults are the host's work, done before it calls. A caller that
// did not do it is told so, all at once.
static settings_t read_settings(const arguments_t *arguments, diagnostics_t *findings) {
  const argument_t *name = find(arguments, "name", VALUE_TEXT);
  const argument_t *memory = find(arguments, "memory", VALUE_INTEGER);
  const argument_t *port = find(arguments, "port", VALUE_INTEGER);
  if (name == NULL) refuse(findings, "parameters.name", "has no text", "pass a text");
  if (memory == NULL) refuse(findings, "parameters.memory", "has no integer", "pass an integer");
  if (port == NULL) refuse(findings, "parameters.port", "has no integer", "pass an integer");
  if (port != NULL && is_taken(port->value.val.integer)) {
    refuse(findings, "parameters.port", "is a port that the container instance uses itself",
           "leave the port out for 6379, or choose one other than 22, 2375, 2376 and 51678 to 51680");
  }
  if (findings->len > 0) return (settings_t){0};
  return (settings_t){name->value.val.text, memory->value.val.integer, port->value.val.integer};
}

// --------------------------------------------------------------- blueprint

static void write_task_definition(task_definition_t *task, const settings_t *settings) {
  task->family = join("", settings->name, "");
  ALLOCATE(task->container_definitions, 1);

  container_definition_t *container = &task->container_definitions.ptr[0];
  container->name = join("searchapp-", settings->name, "");
  container->image = text("redis");
  SET(container->cpu, 128);
  SET(container->memory, (uint32_t)settings->memory);
  SET(container->essential, true);

  ALLOCATE(container->port_mappings, 1);
  port_mapping_t *mapping = &container->port_mappings.ptr[0];
  mapping->container_port = REDIS_PORT;
  SET(mapping->host_port, (uint32_t)settings->port);
}

static void write_load_balancer(load_balancer_t *balancer, const settings_t *settings) {
  balancer->tag = LOAD_BALANCER_CLASSIC;
  balancer->val.classic.load_balancer_name = join("", settings->name, "-elb");

  ALLOCATE(balancer->val.classic.listeners, 1);
  listener_t *listener = &balancer->val.classic.listeners.ptr[0];
  listener->protocol = TCP;
  listener->load_balancer_port = LISTENER_PORT;
  SET(listener->instance_protocol, TCP);
  listener->instance_port = (uint32_t)settings->port;
}

static void write_service(service_t *service, const settings_t *settings) {
  service->service_name = join("", settings->name, "-service");
  ALLOCATE(service->load_balancers, 1);
  service_load_balancer_t *leads_to = &service->load_balancers.ptr[0];
  leads_to->container_name = join("searchapp-", settings->name, "");
  leads_to->container_port = REDIS_PORT;
}

bool render(arguments_t *arguments, target_t *target, dependencies_t *dependencies, blueprint_t *blueprint,
            diagnostics_t *findings) {
  // The same wherever it goes, and it depends on nobody.
  (void)target;
  (void)dependencies;
  memset(findings, 0, sizeof *findings);
  settings_t settings = read_settings(arguments, findings);
  if (findings->len > 0) return false;

  memset(blueprint, 0, sizeof *blueprint);
  blueprint->task_definition.is_some = true;
  write_task_definition(&blueprint->task_definition.val, &settings);
  write_load_balancer(&blueprint->load_balancer, &settings);
  blueprint->service.is_some = true;
  write_service(&blueprint->service.val, &settings);

  ALLOCATE(blueprint->endpoints, 1);
  blueprint->endpoints.ptr[0] =
      (endpoint_binding_t){.name = text("redis"), .load_balancer_port = LISTENER_PORT};
  return true;
}
