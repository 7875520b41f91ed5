"""What a search at Docker Hub can find: some hundred repositories, each with a line about it.

Names and stars are about those of the real Hub; the descriptions are our own.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One repository."""

    name: str
    stars: int
    is_official: bool
    is_automated: bool
    description: str


_OFFICIAL: Final = """
adminer 890 Look into databases in the browser
aerospike 230 A fast store of keys and records
alpine 11200 Alpine Linux: a complete system in a few megabytes
almalinux 140 AlmaLinux, which follows Red Hat Enterprise Linux
alt 60 The ALT Linux distribution
amazonlinux 420 Amazon Linux, as it runs in Amazon's cloud
arangodb 590 A database for documents and graphs
archlinux 430 Arch Linux, always as it is today
backdrop 60 The Backdrop content management system
bash 460 The shell, in many versions
buildpack-deps 160 Headers and tools that builds of other images need
busybox 3300 Busybox: the usual commands in one small program
caddy 830 A web server that gets its own certificates
cassandra 1700 A database spread over many machines
centos 6987 The official build of CentOS.
chronograf 250 Screens for data that come over time
cirros 90 A tiny system to try clouds with
clearlinux 60 Clear Linux, tuned for processors of Intel
clefos 40 ClefOS, a relative of CentOS for s390x
clojure 430 The Clojure language on the Java machine
composer 880 Manages what a PHP project depends on
convertigo 70 A platform to build applications with little code
couchbase 830 A document database with a cache in front
couchdb 570 A document database that is spoken to over HTTP
crate 230 A SQL database for data of machines
crux 90 The CRUX Linux distribution
dart 100 The SDK of the Dart language
debian 5000 Debian, made of free software only
docker 2450 Docker in Docker
drupal 1040 The Drupal content management system
eclipse-mosquitto 460 A broker for MQTT messages
eclipse-temurin 420 OpenJDK as Eclipse Adoptium builds it
eggdrop 100 A bot for chats on IRC
elasticsearch 6300 A search engine for documents and logs
elixir 480 The Elixir language
emqx 60 A broker for MQTT with millions of clients
erlang 400 The Erlang language
fedora 1150 Fedora Linux
flink 480 Computes on streams of data
fluentd 460 Collects logs and hands them on
friendica 80 A social network of one's own
gazebo 60 Simulates robots
gcc 760 The GNU compilers
geonetwork 50 A catalogue of maps and places
ghost 1700 A platform for blogs and newsletters
golang 4800 The Go language
gradle 290 Builds projects in Java and its relatives
groovy 150 The Groovy language
haproxy 1950 Spreads connections over servers
haskell 370 The Haskell language
haxe 70 The Haxe language
hello-world 2350 Says hello: shows that Docker works
hitch 30 Ends TLS in front of a server
httpd 4750 The Apache web server
hylang 80 A Lisp on top of Python
ibmjava 130 Java as IBM builds it
influxdb 1880 A database for data that come over time
irssi 100 A client for IRC in the terminal
jetty 420 A web server and a home for servlets
joomla 510 The Joomla content management system
jruby 110 Ruby on the Java machine
julia 270 The Julia language
kapacitor 180 Works on data that come over time, and warns
kibana 2690 Draws what is in Elasticsearch
kong 510 A gateway in front of APIs
lightstreamer 40 Sends data to browsers as they change
liquibase 90 Keeps track of changes to a database
logstash 2170 Takes logs in, changes them, hands them on
mageia 50 The Mageia Linux distribution
mariadb 5850 The MariaDB database, a relative of MySQL
matomo 140 Counts the visitors of a web site
maven 1060 Builds projects in Java
mediawiki 310 The software under Wikipedia
memcached 2200 Keeps small things in memory, for speed
mongo 10300 The MongoDB document database
mongo-express 1480 Looks into MongoDB in the browser
monica 100 Remembers what matters about friends
mono 400 Runs programs of .NET
mysql 15300 The MySQL database
nats 580 Passes messages between services
neo4j 1120 A database of graphs
neurodebian 110 Debian with software for brain research
nextcloud 4300 Files, calendars and contacts on a server of one's own
nginx 20100 A web server and proxy
node 13800 JavaScript outside of the browser
notary 30 Signs what is in registries
odoo 1010 Software to run a company with
open-liberty 70 A small home for Java services
openjdk 3950 OpenJDK, no longer built here
oraclelinux 990 Oracle Linux
orientdb 110 A database for documents and graphs
percona 620 A MySQL by Percona
perl 340 The Perl language
photon 70 A small Linux for containers
php 7500 The PHP language, for web sites above all
phpmyadmin 1000 Looks into MySQL in the browser
plone 150 The Plone content management system
postfixadmin 60 Looks after mailboxes in the browser
postgres 13900 The PostgreSQL database
pypy 430 A fast Python
python 9900 The Python language
r-base 250 The R language, for statistics
rabbitmq 5150 A broker for messages
rakudo-star 30 The Raku language
redis 13000 Keeps data in memory, and on disk if told so
redmine 1190 Keeps track of projects
registry 4100 Stores images: a registry of one's own
rethinkdb 560 A document database that tells of changes
rocket.chat 850 A chat for teams
rockylinux 320 Rocky Linux, which follows Red Hat Enterprise Linux
ros 600 The robot operating system
ruby 2480 The Ruby language
rust 1320 The Rust language
sapmachine 50 OpenJDK as SAP builds it
scratch 1000 Nothing at all: where an image begins
silverpeas 40 A place for teams to work together
solr 980 A search engine
sonarqube 2600 Finds faults in source code
sourcemage 30 A Linux that is built on the machine it runs on
spark 120 Computes on much data with many machines
spiped 40 A secret pipe between two machines
storm 200 Computes on streams of data
swift 330 The Swift language
swipl 70 The Prolog language
teamspeak 330 Talk while you play
telegraf 730 Collects numbers about machines and services
thrift 90 Makes code for services out of a description
tomcat 3800 A web server for servlets of Java
tomee 120 Tomcat with the rest of Java EE
traefik 3550 A proxy that finds its services itself
ubuntu 17200 Ubuntu, a Linux on top of Debian
unit 60 A web server that runs applications
varnish 220 A cache in front of web servers
vault 1160 Keeps secrets, no longer built here
websphere-liberty 300 A home for Java services by IBM
wordpress 5850 The WordPress content management system
xwiki 130 A wiki for groups
yourls 160 Makes long addresses short
znc 130 Stays on IRC while you are away
zookeeper 1480 Keeps the settings of many machines in step
"""

_OTHERS: Final = """
ansible/centos7-ansible 135 + Ansible on Centos7
consol/centos-xfce-vnc 135 + Centos container with "headless" VNC session, Xfce and a browser
jdeathe/centos-ssh 121 + OpenSSH / Supervisor / EPEL/IUS/SCL Repos - on CentOS
centos/systemd 116 + CentOS with systemd as its first process
imagine10255/centos6-lnmp-php56 58 + CentOS 6 with nginx, MySQL and PHP 5.6
tutum/centos 48 - CentOS with an SSH server inside
centos/python-36-centos7 26 - Python 3.6 for builds on CentOS 7
centos/mysql-57-centos7 94 - MySQL 5.7 on CentOS 7
centos/postgresql-96-centos7 45 - PostgreSQL 9.6 on CentOS 7
pivotaldata/centos-gpdb-dev 13 - CentOS with what builds of a database need
kinogmt/centos-ssh 29 + CentOS with SSH
nathonfowlie/centos-jre 8 + CentOS with a Java runtime
bitnami/nginx 210 + nginx, put together by Bitnami
bitnami/redis 270 + Redis, put together by Bitnami
bitnami/mongodb 260 + MongoDB, put together by Bitnami
bitnami/postgresql 240 + PostgreSQL, put together by Bitnami
bitnami/mysql 110 + MySQL, put together by Bitnami
bitnami/mariadb 190 + MariaDB, put together by Bitnami
bitnami/kafka 760 + Kafka, put together by Bitnami
bitnami/wordpress 290 + WordPress, put together by Bitnami
bitnami/rabbitmq 120 + RabbitMQ, put together by Bitnami
bitnami/node 70 + Node.js, put together by Bitnami
bitnami/python 30 + Python, put together by Bitnami
bitnami/kubectl 110 + The command for Kubernetes
nginxinc/nginx-unprivileged 170 - nginx without root
nginx/nginx-ingress 110 - Lets traffic of nginx into Kubernetes
nginx/nginx-prometheus-exporter 50 - Numbers about nginx for Prometheus
jwilder/nginx-proxy 2150 + An nginx that finds the containers it stands before
nginxproxy/nginx-proxy 180 - An nginx that finds the containers it stands before, newer
jc21/nginx-proxy-manager 1700 - An nginx proxy that is set up in the browser
jrcs/letsencrypt-nginx-proxy-companion 330 + Certificates for an nginx proxy
richarvey/nginx-php-fpm 820 + nginx with PHP
tiangolo/nginx-rtmp 200 + nginx that streams video
linuxserver/nginx 250 + nginx, with a user that is told from outside
linuxserver/plex 900 + Plex, for films at home
linuxserver/sonarr 1900 + Looks after series on TV
linuxserver/jellyfin 700 + Jellyfin, for films at home
linuxserver/wireguard 400 + A VPN
linuxserver/code-server 370 + An editor in the browser
linuxserver/mariadb 430 + MariaDB, with a user that is told from outside
portainer/portainer-ce 2700 - Looks after containers in the browser
portainer/agent 280 - What Portainer needs on other machines
portainer/portainer 2500 - Portainer's first generation
jenkins/jenkins 4300 - Jenkins: builds, tests, delivers
jenkins/inbound-agent 120 - A helper that calls its Jenkins
jenkins/agent 70 - A helper of Jenkins
gitlab/gitlab-ce 4200 + GitLab: source code, reviews, builds
gitlab/gitlab-runner 930 + Does the work of GitLab's builds
gitea/gitea 900 - Source code and reviews in a small program
gogs/gogs 1000 - Source code on a small server
drone/drone 230 + Builds in containers
grafana/grafana 3600 - Draws numbers over time
grafana/loki 300 - Keeps logs
grafana/promtail 90 - Sends logs to Loki
grafana/k6 120 - Puts load on services
prom/prometheus 1950 + Collects numbers and warns
prom/node-exporter 450 + Numbers about a machine for Prometheus
prom/alertmanager 350 + Sends the warnings of Prometheus on
prom/pushgateway 150 + Takes numbers of jobs that end
google/cadvisor 560 - Watches what containers use
google/cloud-sdk 500 + Commands for Google's cloud
amazon/aws-cli 230 + Commands for Amazon's cloud
amazon/dynamodb-local 310 - DynamoDB on one's own machine
hashicorp/terraform 430 + Builds clouds from files
hashicorp/vault 320 - Keeps secrets
hashicorp/consul 140 - Finds services and checks their health
hashicorp/packer 70 + Builds images of machines
dpage/pgadmin4 1300 - Looks into PostgreSQL in the browser
postgis/postgis 640 + PostgreSQL with places and maps
timescale/timescaledb 390 + PostgreSQL for data that come over time
pgvector/pgvector 110 - PostgreSQL that finds what is near
phpmyadmin/phpmyadmin 1250 + Looks into MySQL in the browser
mysql/mysql-server 1040 + MySQL as Oracle builds it
redis/redis-stack 160 - Redis with search and documents
redis/redisinsight 60 - Looks into Redis
rediscommander/redis-commander 90 + Looks into Redis in the browser
mongodb/mongodb-community-server 140 - MongoDB as its makers build it
minio/minio 1500 - Stores objects as Amazon's S3 does
minio/mc 90 - The command for object stores
wurstmeister/kafka 1700 + Kafka for one machine or many
confluentinc/cp-kafka 740 - Kafka as Confluent builds it
apache/kafka 200 - Kafka as its makers build it
apache/airflow 620 - Runs jobs one after the other as a plan says
apache/superset 260 - Draws what is in databases
apache/nifi 330 - Moves data from here to there
ubuntu/nginx 140 - nginx on Ubuntu
ubuntu/squid 130 - A caching proxy on Ubuntu
ubuntu/apache2 90 - The Apache web server on Ubuntu
ubuntu/mysql 70 - MySQL on Ubuntu
ubuntu/bind9 120 - A name server on Ubuntu
rastasheep/ubuntu-sshd 260 + Ubuntu with SSH
dorowu/ubuntu-desktop-lxde-vnc 620 + Ubuntu with a desktop in the browser
consol/ubuntu-xfce-vnc 250 + Ubuntu with a desktop over VNC
ansible/ansible 170 - Ansible on Ubuntu, for tests
willhallonline/ansible 60 + Ansible in many versions
alpine/git 260 + Git on Alpine Linux
alpine/helm 90 + Helm on Alpine Linux
alpine/socat 120 + Pipes between sockets
alpine/k8s 70 + Commands for Kubernetes on Alpine Linux
curlimages/curl 180 - The curl command
mikefarah/yq 40 + Reads and changes YAML
library-practice/hello 3 - Says hello to a class
practice/many-tags 1 - An image with very many tags
rancher/k3s 90 - A small Kubernetes
rancher/rancher 480 - Looks after many Kubernetes
kindest/node 130 - Kubernetes inside of Docker
moby/buildkit 90 - Builds images
docker/compose 260 - Compose, as an image
docker/getting-started 260 - A first tour of Docker
docker/whalesay 830 - A whale that says what you want
dockersamples/examplevotingapp_vote 40 - An application to practise with
containrrr/watchtower 900 - Renews containers when their images change
certbot/certbot 500 + Certificates of Let's Encrypt
cloudflare/cloudflared 440 - A tunnel to Cloudflare
tensorflow/tensorflow 2400 - TensorFlow, for machines that learn
pytorch/pytorch 1300 - PyTorch, for machines that learn
jupyter/base-notebook 200 + Notebooks in the browser
jupyter/datascience-notebook 1050 + Notebooks with Python, R and Julia
jupyter/scipy-notebook 420 + Notebooks with scientific Python
continuumio/miniconda3 480 + Python with conda
continuumio/anaconda3 720 + Python with conda and much more
nvidia/cuda 1700 - What programs on graphics cards need
ollama/ollama 1200 - Language models on one's own machine
selenium/standalone-chrome 480 - Chrome that is driven by tests
selenium/hub 400 - Hands out browsers to tests
selenium/node-firefox 180 - Firefox for tests
cypress/included 60 + Tests in a browser
homeassistant/home-assistant 2600 - Looks after a house
eclipse/che 60 - A place to work in the browser
pihole/pihole 2700 - Names without advertisements
adguard/adguardhome 950 - Names without advertisements, in another way
vaultwarden/server 2000 - Passwords on a server of one's own
bitwarden/self-host 60 - Passwords on a server of one's own, by their makers
louislam/uptime-kuma 900 - Tells when a service is away
n8nio/n8n 1000 - Joins services with little code
nodered/node-red 780 - Joins devices by drawing
roundcube/roundcubemail 220 - Mail in the browser
mailserver/docker-mailserver 280 + A whole mail server
mailhog/mailhog 520 - Catches mail of tests
axllent/mailpit 70 - Catches mail of tests, newer
sonatype/nexus3 1500 + Stores what builds make
goharbor/harbor-core 60 - A part of the Harbor registry
joxit/docker-registry-ui 330 + Looks into a registry in the browser
konradkleine/docker-registry-frontend 260 + Looks into a registry in the browser, older
oracle/graalvm-ce 120 - A Java that compiles ahead
adoptopenjdk/openjdk11 240 - OpenJDK 11, older
balenalib/raspberrypi3-debian 60 - Debian for a small computer
arm64v8/alpine 110 - Alpine Linux for ARM of 64 bits
arm64v8/ubuntu 60 - Ubuntu for ARM of 64 bits
arm32v7/debian 60 - Debian for ARM of 32 bits
arm32v7/node 40 - Node.js for ARM of 32 bits
i386/alpine 20 - Alpine Linux for old processors
"""


def _official(line: str) -> Entry:
    name, stars, description = line.split(" ", 2)
    return Entry(name, int(stars), True, False, description)


def _other(line: str) -> Entry:
    name, stars, automated, description = line.split(" ", 3)
    return Entry(name, int(stars), False, automated == "+", description)


ENTRIES: Final = (
    *(_official(line) for line in _OFFICIAL.strip().splitlines()),
    *(_other(line) for line in _OTHERS.strip().splitlines()),
)
"""All repositories."""
