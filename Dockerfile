# The base images are arguments, so that a site can take them from its own registry.
ARG JDK_IMAGE=eclipse-temurin:25-jdk
ARG JRE_IMAGE=eclipse-temurin:25-jre

FROM ${JDK_IMAGE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven make g++ python3-pip && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY native-kernels native-kernels
RUN make -C native-kernels -j cuda
COPY pom.xml ./
COPY .mvn .mvn
COPY src src
RUN mvn -q -B -DskipTests package \
    && java -Djarmode=tools -jar target/javelin.jar extract --destination target/app

FROM ${JRE_IMAGE}
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home javelin \
    && mkdir /data && chown javelin /data
WORKDIR /opt/javelin
COPY --from=build /src/target/app app
COPY --from=build /src/native-kernels/build/cuda native-kernels/build/cuda
COPY models models
COPY launcher launcher
ENV JAVELIN_HOME=/opt/javelin
ENV JAVELIN_DATA_DIR=/data
ENV SERVER_ADDRESS=0.0.0.0
USER javelin
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD curl -fsS http://127.0.0.1:8080/readyz || exit 1
ENTRYPOINT ["java", "@launcher/jvm.options", "@launcher/server.options", \
    "-cp", "app/javelin.jar", "dev.javelin.JavelinApplication"]
