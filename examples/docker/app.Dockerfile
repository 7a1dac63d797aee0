# An application behind secenv, which is its PID 1: no tini, no shell, no certificates are needed for it.
#   docker build -f examples/docker/app.Dockerfile -t myapp examples/docker
#   docker run --rm -e AWS_REGION=us-east-1 -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY myapp
FROM secenv:0.1.0 AS secenv

FROM busybox:1.37
COPY --from=secenv /secenv /usr/local/bin/secenv
COPY secenv.toml /etc/myapp/secenv.toml
ENV SECENV_MANIFEST=/etc/myapp/secenv.toml
USER 65534:65534
ENTRYPOINT ["/usr/local/bin/secenv", "run", "--"]
CMD ["sh", "-c", "echo \"connecting to $DB_HOST as $DB_USER\"; exec sleep 86400"]
