#!/bin/bash
# The examples of docker, compose, kubernetes and lambda, run with the static binary. No registry is asked: what would be
# built is the binary given, what would be pulled is a busybox under that name.
# usage: images.sh SECENV   (a static secenv; an engine that runs, busybox-static; docker-compose for its part)
set -eu
secenv=$(realpath "$1")
examples=$(cd "$(dirname "$0")/../../examples" && pwd)
docker info >/dev/null 2>&1 || { echo "LEFT OUT: images (no engine runs)"; exit 0; }
command -v busybox >/dev/null || { echo "LEFT OUT: images (no busybox)"; exit 0; }
export DOCKER_BUILDKIT=0
version=$("$secenv" -V | cut -d' ' -f2)
own="secenv:$version" base=$(sed -n 's/^FROM \(busybox.*\)/\1/p' "$examples/docker/app.Dockerfile")
app=secenv-example-app volume=secenv-example-volume built=build
for image in "$own" "$base" $app $built; do
    ! docker image inspect "$image" >/dev/null 2>&1 || { echo "LEFT OUT: images (there is an image $image already)"; exit 0; }
done
work=$(mktemp -d)
finish() {
    docker volume rm -f $volume >/dev/null 2>&1 || :
    docker rmi -f "$own" "$base" $app $built >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap finish EXIT
failed=0
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; failed=1; fi; }

# The engine's own words only if it fails.
build() { docker build -q "$@" >/dev/null 2>"$work/errors" || { cat "$work/errors"; exit 1; }; }
compose() { "${composer[@]}" -p secenv-example -f "$examples/compose/compose.yaml" "$@" >/dev/null 2>"$work/errors" || cat "$work/errors"; }

# The last stage of the Dockerfile, from the stage `build` that has the binary.
mkdir "$work/build" "$work/context"
cp "$secenv" "$work/build/secenv"
tar -C "$work/build" -c . | docker import - $built >/dev/null
sed -n '/^FROM scratch/,$p' "$examples/docker/Dockerfile" >"$work/context/Dockerfile"
build -t "$own" "$work/context"
is "alone: it runs" "$(docker run --rm "$own" -V)" "secenv $version"
container=$(docker create "$own")
# What docker itself adds to a container: mount points, and files that it fills.
files=$(docker export "$container" | tar -t | grep -vE '^(dev|proc|sys|etc)/|^\.dockerenv$' | xargs)
docker rm "$container" >/dev/null
is "alone: nothing else is in it" "$files" secenv
size=$(docker image inspect -f '{{.Size}}' "$own")
is "alone: at most 8 MB ($size)" $((size <= 8000000)) 1
status=0
docker run --rm "$own" run --no-manifest --env A=1 -- /absent 2>"$work/errors" || status=$?
is "alone: a command that is not there" "$status $(grep -c absent "$work/errors")" "127 1"

# The application.
mkdir -p "$work/base/bin" "$work/base/tmp" "$work/base/etc"
cp "$(command -v busybox)" "$work/base/bin/busybox"
for applet in $(busybox --list); do [ -e "$work/base/bin/$applet" ] || ln -s busybox "$work/base/bin/$applet"; done
tar -C "$work/base" -c . | docker import - "$base" >/dev/null
build -f "$examples/docker/app.Dockerfile" -t $app "$examples/docker"
source=(-e SECENV_SOURCE=file:/run/secrets/development -v "$examples/compose/development.json:/run/secrets/development:ro")
restricted=(--read-only --cap-drop ALL --security-opt no-new-privileges --user 65534:65534)
is "application: the command has the secrets" \
    "$(docker run --rm "${source[@]}" "${restricted[@]}" $app sh -c 'echo "$DB_USER@$DB_HOST $DB_PASSWORD, under $PPID"')" \
    "app@db for development only, under 1"
container=$(docker run -d "${source[@]}" $app)
until docker logs "$container" 2>&1 | grep -q connecting; do sleep 0.1; done
docker stop -t 20 "$container" >/dev/null
is "application: its own command, stopped at once" \
    "$(docker logs "$container" 2>&1) $(docker inspect -f '{{.State.ExitCode}}' "$container")" "connecting to db as app 143"
docker rm "$container" >/dev/null
status=0
docker run --rm -e AWS_REGION=us-east-1 -e AWS_EC2_METADATA_DISABLED=true $app 2>"$work/errors" || status=$?
is "application: without credentials it is not started" "$status $(grep -c 'not started' "$work/errors")" "125 1"

# What the pod of examples/kubernetes does: the init container fills a volume for a container without secenv.
docker volume create $volume >/dev/null
docker run --rm -v $volume:/opt/secenv "$base" chmod 1777 /opt/secenv
docker run --rm "${restricted[@]}" -v $volume:/opt/secenv "$own" install /opt/secenv/
is "pod: the container has the secrets" "$(docker run --rm "${source[@]}" "${restricted[@]}" -v $volume:/opt/secenv:ro \
    -v "$examples/docker/secenv.toml:/etc/myapp/secenv.toml:ro" --entrypoint /opt/secenv/secenv "$base" \
    run -m /etc/myapp/secenv.toml -- sh -c 'echo "$DB_PASSWORD"')" "for development only"

# A Lambda environment: the layer in /opt, the function in /var/task, the runtime's command line as arguments.
mkdir -p "$work/opt" "$work/task"
cp "$secenv" "$work/opt/secenv"
cp "$examples/lambda/secenv-wrapper" "$work/opt/"
cp "$examples/lambda/secenv.toml" "$work/task/"
is "lambda: the runtime has the secrets and its arguments" "$(docker run --rm "${source[@]}" "${restricted[@]}" \
    -v "$work/opt:/opt:ro" -v "$work/task:/var/task:ro" -e LAMBDA_TASK_ROOT=/var/task --init "$base" \
    /opt/secenv-wrapper sh -c 'echo "$DB_PASSWORD: $1, $2"' runtime 'one argument' two)" "for development only: one argument, two"

composer=()
if docker compose version >/dev/null 2>&1; then
    composer=(docker compose)
elif command -v docker-compose >/dev/null; then
    composer=(docker-compose)
fi
if [ ${#composer[@]} != 0 ]; then
    compose up --build -d
    container=$(docker ps -aq --filter label=com.docker.compose.project=secenv-example)
    until docker logs "$container" 2>&1 | grep -qE 'connecting|exit'; do sleep 0.1; done
    is "compose: the application has its secrets" "$(docker logs "$container" 2>&1)" "connecting to db as app"
    compose down --rmi all --volumes
else
    echo "LEFT OUT: compose (not installed)"
fi
exit $failed
