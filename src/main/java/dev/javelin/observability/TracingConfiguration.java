package dev.javelin.observability;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Traces over OTLP, only if there is somewhere to send them. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${javelin.tracing.endpoint:}' != ''")
class TracingConfiguration {
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");

  /** Sends what is left when it is closed. */
  @Bean(destroyMethod = "close")
  SdkTracerProvider tracerProvider(TracingProperties properties) {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(properties.endpoint()).build();
    return SdkTracerProvider.builder()
        .setResource(Resource.getDefault().toBuilder().put(SERVICE, "javelin").build())
        .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(properties.sampling())))
        .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
        .build();
  }

  @Bean
  GenerationTraces generationTraces(SdkTracerProvider provider) {
    return new GenerationTraces(provider.get("dev.javelin"));
  }
}
