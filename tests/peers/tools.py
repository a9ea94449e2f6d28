"""What tools that know no proto file rely on: server reflection and the standard health service."""

from google.protobuf import descriptor_pb2

import health_pb2
import health_pb2_grpc
import reflection_v1_pb2
import reflection_v1_pb2_grpc
import reflection_v1alpha_pb2
import reflection_v1alpha_pb2_grpc
from mesh import Agent
from report import PATIENCE_S, check, equal, refused

alpha = Agent("alpha")
SERVICES = {"edgemesh.OrchestratorService", "edgemesh.v1.MeshService"}

for version, messages, services in [
    ("v1", reflection_v1_pb2, reflection_v1_pb2_grpc),
    ("v1alpha", reflection_v1alpha_pb2, reflection_v1alpha_pb2_grpc),
]:
    stub = services.ServerReflectionStub(alpha.channel)
    Request = messages.ServerReflectionRequest

    def ask(**fields):
        return next(stub.ServerReflectionInfo(iter([Request(**fields)]), timeout=PATIENCE_S))

    @check(f"reflection {version} lists both services")
    def _():
        listed = {service.name for service in ask(list_services="").list_services_response.service}
        assert SERVICES <= listed, listed

    @check(f"reflection {version} gives the file of each service, and every file that it needs")
    def _():
        for service in SERVICES:
            files = [
                descriptor_pb2.FileDescriptorProto.FromString(file)
                for file in ask(file_containing_symbol=service).file_descriptor_response.file_descriptor_proto
            ]
            names = [f"{file.package}.{made.name}" for file in files for made in file.service]
            assert service in names, names
            have = {file.name for file in files}
            assert all(needed in have for file in files for needed in file.dependency), (service, have)

    @check(f"reflection {version} knows the fields by the specification's names")
    def _():
        found = ask(file_containing_symbol="edgemesh.DeviceInfo").file_descriptor_response.file_descriptor_proto
        files = [descriptor_pb2.FileDescriptorProto.FromString(file) for file in found]
        message = next(made for file in files for made in file.message_type if made.name == "DeviceInfo")
        numbers = {field.name: field.number for field in message.field}
        equal((numbers["device_id"], numbers["grpc_addr"], numbers["local_chat_endpoint"]), (1, 8, 16))

    @check(f"reflection {version} says that it does not know a symbol")
    def _():
        equal(ask(file_containing_symbol="edgemesh.Nothing").error_response.error_code, 5)


health = health_pb2_grpc.HealthStub(alpha.channel)
Health = health_pb2.HealthCheckRequest
SERVING = health_pb2.HealthCheckResponse.SERVING

for service in ["", *sorted(SERVICES)]:

    @check(f"the health service says that {service or 'the agent'} serves")
    def _():
        equal(health.Check(Health(service=service), timeout=PATIENCE_S).status, SERVING)

    @check(f"the health service can be watched for {service or 'the agent'}")
    def _():
        watch = health.Watch(Health(service=service), timeout=PATIENCE_S)
        equal(next(watch).status, SERVING)
        watch.cancel()


@check("the health service does not know another service")
def _():
    refused(lambda: health.Check(Health(service="other"), timeout=PATIENCE_S), "NOT_FOUND")
