# The bundled model needs no GPU; with `--gpus all` the same pins use one, because torch's wheels carry CUDA.
# For a small image without CUDA, whose wheels the lock does not know:
#   --build-arg REQUIREMENTS=requirements.txt --build-arg PIP_EXTRA_INDEX_URL=<PyTorch's index of CPU wheels>
FROM python:3.11-slim-bookworm

# Whatever is written at run time lies below /tmp or on a volume, so that the root file system can be read-only.
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GRADIO_ANALYTICS_ENABLED=False \
    CC_JOBS=/home/user/jobs \
    HF_HOME=/home/user/.cache/huggingface \
    MPLCONFIGDIR=/tmp/matplotlib \
    TORCHINDUCTOR_CACHE_DIR=/tmp/torch \
    TRITON_CACHE_DIR=/tmp/triton

RUN useradd --create-home --uid 1000 user \
    && install -d -o user -g user /home/user/app /home/user/.cache /home/user/.cache/huggingface \
    && install -d -m 700 -o user -g user /home/user/jobs
WORKDIR /home/user/app

# the dependencies change rarely, so they come before the source
COPY packages.txt ./
RUN apt-get update \
    && xargs -a packages.txt apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
ARG PIP_EXTRA_INDEX_URL
ARG REQUIREMENTS=requirements.lock
COPY requirements.txt requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/pip pip install -r "$REQUIREMENTS"

COPY --chown=1000:1000 . .

USER 1000
VOLUME /home/user/.cache/huggingface /home/user/jobs
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=180s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/readyz', timeout=8)"]
# passes SIGTERM on and buries orphans, also where nobody says `--init`
ENTRYPOINT ["tini", "--"]
CMD ["python", "app.py", "--host", "0.0.0.0", "--port", "7860"]
