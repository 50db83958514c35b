/* The least that a server of a chat room can do: what comes in lines goes out to everybody, its sender included. It
 * parses nothing but line feeds, keeps nothing, and asks nobody; a peer that does not read loses bytes. Who is in gets "in".
 *
 *   cc -O2 -o floor floor.c && ./floor PORT each|joined
 *
 * each: one write for each line and peer. joined: what was read in one turn of the event loop, in one write to each peer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEERS = 1 << 16, LINE = 1024, READ = 1 << 14, TURN = 1 << 20 };

static int peers[PEERS], places[PEERS], count;
static char begun[PEERS][LINE], turn[TURN];
static int begun_length[PEERS];

static void write_to_all(const char *data, size_t length) {
    for (int place = 0; place < count; place++)
        if (send(peers[place], data, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
            fprintf(stderr, "peer %d does not read\n", peers[place]);
}

static void let_in(int listener, int poll) {
    int yes = 1, peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (peer < 0 || peer >= PEERS) return;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = peer};
    epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event);
    begun_length[peer] = 0;
    places[peer] = count;
    peers[count++] = peer;
    if (send(peer, "in\n", 3, MSG_NOSIGNAL) != 3) fprintf(stderr, "peer %d has left\n", peer);
}

static void let_go(int peer) {
    int last = peers[--count];
    peers[places[peer]] = last;
    places[last] = places[peer];
    close(peer);
}

/* Appends the whole lines that a peer has sent to what this turn has read; returns its new length. */
static size_t hear(int peer, size_t length, int each) {
    char *lines = turn + length;
    size_t old = begun_length[peer];
    memcpy(lines, begun[peer], old);
    ssize_t got = recv(peer, lines + old, READ, 0);
    if (got <= 0) {
        let_go(peer);
        return length;
    }
    char *line = lines, *end, *stop = lines + old + got;
    while ((end = memchr(line, '\n', stop - line))) {
        if (each) write_to_all(line, end + 1 - line);
        line = end + 1;
    }
    size_t rest = stop - line < LINE ? stop - line : 0;
    memcpy(begun[peer], line, begun_length[peer] = rest);
    return each ? length : (size_t)(line - turn);
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "floor PORT each|joined\n"), 2;
    int each = !strcmp(argv[2], "each"), yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) return perror("floor"), 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poll, events, 256, -1);
        size_t length = 0;
        for (int number = 0; number < ready; number++) {
            if (events[number].data.fd == listener) {
                let_in(listener, poll);
                continue;
            }
            if (TURN - length < READ + LINE) {
                write_to_all(turn, length);
                length = 0;
            }
            length = hear(events[number].data.fd, length, each);
        }
        if (length) write_to_all(turn, length);
    }
}
