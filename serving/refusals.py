"""What a server refuses: whose fault it is, and when to try again."""

from __future__ import annotations

from pipeline.request import UserError

FULL = "Many jobs are waiting here already, please try again in {seconds} seconds."
SHARE = "You have {count} jobs waiting here already, please let one of them end and try again in {seconds} seconds."
LOOKING = "Many pictures are being looked at just now, please try again in {seconds} seconds."
MEMORY = "Many large pictures are being read just now, please send smaller ones or try again in {seconds} seconds."
NO_ROOM = "There is no room to keep another job just now, please try again in {seconds} seconds."
DISK = "The disk of this server is full or may not be written to, please try again in {seconds} seconds."
TOGETHER = "These pictures are too large together, please send smaller or fewer ones."
TOO_FAST = "These are more requests than one visitor may send, please try again in {seconds} seconds."
CLOSING = "This server is being stopped, please try again in {seconds} seconds."
TOO_LARGE = "What was sent is larger than {most} MB, please send smaller pictures."
TOO_LONG = "This took longer than {most} seconds, as long as a job may take here; please ask for fewer pictures or steps."
GAVE_UP = "This job was begun {count} times and never came to its end, please ask for something smaller."
LOST = "What draws here ended in the middle of this, perhaps for want of memory; please try again, or ask for something smaller."
BROKEN = "Something went wrong here, please try again."
KEY_TAKEN = "This Idempotency-Key came with another request before, please choose a new one."
NO_SECRET = "The secret of the job is missing, please send it as the header Authorization: Bearer SECRET."
NO_JOB = "There is no job with this id and this secret, please look at what the server answered when it was given."
NOT_DONE = "This job has no result, please ask for it once its state is done."
NO_PICTURE = "This job has no such picture, please choose one that its result names."
NO_PLACE = "There is nothing at this address, please look at /openapi.json for what there is."
OTHER_METHOD = "This address is asked in another way, please look at /openapi.json for how."
WRONG = "{field}: {problem}; please change it."
NO_FIELDS = "This could not be read as a form, please send it as multipart/form-data."
OTHER_HOST = "This server is not called by this name, please ask whoever runs it for its address."
LOG_IN = "This server is only for people who have logged in, please open it by the address that whoever runs it gave you."
PICTURE = "Sent as {name}: {error}"


class Refused(UserError):
    """Cannot be taken now. seconds: after how many it is worth another try; mine: because of what this visitor does."""

    def __init__(self, sentence: str, seconds: int, mine: bool = False, **values: object) -> None:
        super().__init__(sentence.format(seconds=seconds, **values))
        self.seconds, self.mine = seconds, mine


class Lost(UserError):
    """The process that was asked has ended before it answered."""


class Clash(UserError):
    """The same key was given to another request before."""


class NoJob(UserError):
    """Unknown, or not this visitor's, who is not told which."""
