// Short names for the bindings, whose own begin with the whole path of the contract.
#ifndef AUTHORS_CONTRACT_H
#define AUTHORS_CONTRACT_H

#include "recipe.h"

#define describe exports_host_recipe_guest_describe
#define render exports_host_recipe_guest_render

typedef recipe_string_t text_t;
typedef exports_host_recipe_guest_manifest_t manifest_t;
typedef exports_host_recipe_guest_parameter_t parameter_t;
typedef exports_host_recipe_guest_endpoint_t endpoint_t;
typedef exports_host_recipe_guest_argument_t argument_t;
typedef exports_host_recipe_guest_list_argument_t arguments_t;
typedef exports_host_recipe_guest_target_t target_t;
typedef exports_host_recipe_guest_list_dependency_t dependencies_t;
typedef exports_host_recipe_guest_diagnostic_t diagnostic_t;
typedef exports_host_recipe_guest_list_diagnostic_t diagnostics_t;
typedef exports_host_recipe_guest_blueprint_t blueprint_t;
typedef exports_host_recipe_guest_task_definition_t task_definition_t;
typedef exports_host_recipe_guest_container_definition_t container_definition_t;
typedef exports_host_recipe_guest_port_mapping_t port_mapping_t;
typedef exports_host_recipe_guest_load_balancer_t load_balancer_t;
typedef exports_host_recipe_guest_listener_t listener_t;
typedef exports_host_recipe_guest_service_t service_t;
typedef exports_host_recipe_guest_service_load_balancer_t service_load_balancer_t;
typedef exports_host_recipe_guest_endpoint_binding_t endpoint_binding_t;

#define PARAMETER_TEXT EXPORTS_HOST_RECIPE_GUEST_PARAMETER_TYPE_TEXT
#define PARAMETER_INTEGER EXPORTS_HOST_RECIPE_GUEST_PARAMETER_TYPE_INTEGER
#define VALUE_TEXT EXPORTS_HOST_RECIPE_GUEST_VALUE_TEXT
#define VALUE_INTEGER EXPORTS_HOST_RECIPE_GUEST_VALUE_INTEGER
#define LOAD_BALANCER_CLASSIC EXPORTS_HOST_RECIPE_GUEST_LOAD_BALANCER_CLASSIC
#define TCP EXPORTS_HOST_RECIPE_GUEST_LISTENER_PROTOCOL_TCP
#define ROLLBACK_AUTOMATIC EXPORTS_HOST_RECIPE_GUEST_ROLLBACK_CLASS_AUTOMATIC

// Gives a list `count` items. All zero is a valid item: empty texts and lists,
// absent options, the first case of an enum.
#define ALLOCATE(list, count) ((list).len = (count), (list).ptr = calloc((count), sizeof *(list).ptr))

// Gives an option its value.
#define SET(option, value) ((option).is_some = true, (option).val = (value))

#endif
